"""Encode frames and audio to MP4, and decode them (PyAV)."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.resampler import AudioResampler
from PIL import Image

FPS = 24
AUDIO_RATE = 44_100
_SAMPLE_BYTES = 4
_BLOCK = 1024
"""Samples in one AAC frame."""
_BT709, _LIMITED = 1, 1


# PyAV has no types for these two.
_from_image = cast(Callable[[Image.Image], av.VideoFrame], av.VideoFrame.from_image)
_to_image = cast(Callable[[av.VideoFrame], Image.Image], av.VideoFrame.to_image)


class UnreadableVideo(Exception):
    """The file is not a video or audio file that can be decoded."""


def write_mp4(
    path: Path,
    size: tuple[int, int],
    frames: Iterable[Image.Image],
    audio: bytes | None,
) -> int:
    """Write H.264 at 24 frames per second and AAC of `audio` (16 bit stereo, 44.1 kHz). Return the frame count."""
    count = 0
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=FPS)
        video.width, video.height, video.pix_fmt = size[0], size[1], "yuv420p"
        video.options = {
            "preset": "veryfast",
            "crf": "22",
            "g": "24",
            "bf": "0",
            "threads": "1",
        }
        context = video.codec_context
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = _LIMITED
        audio_stream = container.add_stream("aac", rate=AUDIO_RATE, layout="stereo") if audio else None
        for image in frames:
            frame = _from_image(image).reformat(format="yuv420p", dst_colorspace=_BT709)
            frame.pts, frame.time_base = count, Fraction(1, FPS)
            container.mux(video.encode(frame))
            count += 1
        container.mux(video.encode())
        if audio_stream is not None and audio:
            for block in _blocks(audio, count):
                container.mux(audio_stream.encode(block))
            container.mux(audio_stream.encode())
    return count


def _blocks(audio: bytes, frames: int) -> Iterator[av.AudioFrame]:
    """Yield the audio in AAC frames, trimmed or padded with silence, never longer than the video."""
    blocks = frames * AUDIO_RATE // FPS // _BLOCK
    length = _BLOCK * _SAMPLE_BYTES
    padded = audio[: blocks * length].ljust(blocks * length, b"\0")
    for place in range(blocks):
        block = av.AudioFrame(format="s16", layout="stereo", samples=_BLOCK)
        block.sample_rate = AUDIO_RATE
        block.planes[0].update(padded[place * length : (place + 1) * length])
        block.pts, block.time_base = place * _BLOCK, Fraction(1, AUDIO_RATE)
        yield block


def video_seconds(path: Path) -> float:
    """Return the length of a video file in seconds. Raise UnreadableVideo."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.duration and stream.time_base:
                return float(stream.duration * stream.time_base)
            return (container.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError):
        raise UnreadableVideo from None


def video_frames(path: Path) -> Iterator[tuple[float, Image.Image]]:
    """Yield each frame of a video with its second, starting at 0. Raise UnreadableVideo."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            start: float | None = None
            for frame in container.decode(stream):
                second = frame.time if frame.time is not None else 0.0
                start = second if start is None else start
                yield second - start, _to_image(frame)
    except (av.FFmpegError, IndexError):
        raise UnreadableVideo from None


def last_frame(path: Path) -> Image.Image:
    """Return the last frame of a video. Raise UnreadableVideo."""
    final: av.VideoFrame | None = None
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(container.streams.video[0]):
                final = frame
    except (av.FFmpegError, IndexError):
        raise UnreadableVideo from None
    if final is None:
        raise UnreadableVideo
    return _to_image(final)


def read_audio(path: Path, most_seconds: float) -> bytes:
    """Return at most `most_seconds` of audio, 16 bit stereo, 44.1 kHz, or nothing. Raise UnreadableVideo."""
    most, audio = int(most_seconds * AUDIO_RATE) * _SAMPLE_BYTES, bytearray()
    resampler = AudioResampler(format="s16", layout="stereo", rate=AUDIO_RATE)
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return b""
            for frame in container.decode(container.streams.audio[0]):
                for piece in resampler.resample(frame):
                    audio += bytes(piece.planes[0])[: piece.samples * _SAMPLE_BYTES]
                if len(audio) >= most:
                    break
    except av.FFmpegError:
        raise UnreadableVideo from None
    return bytes(audio[:most])
