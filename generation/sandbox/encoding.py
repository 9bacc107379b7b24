"""Frames and sound into an MP4, and out of one (PyAV)."""

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
from av.audio.resampler import AudioResampler
from PIL import Image

FPS = 24
SOUND_RATE = 44_100
_SAMPLE_BYTES = 4
_BLOCK = 1024
"""Samples in one AAC frame."""
_BT709, _LIMITED = 1, 1


# PyAV leaves these two without types.
_from_image = cast(Callable[[Image.Image], av.VideoFrame], av.VideoFrame.from_image)
_to_image = cast(Callable[[av.VideoFrame], Image.Image], av.VideoFrame.to_image)


class UnreadableClip(Exception):
    """The bytes are no video or sound that can be decoded."""


def write_mp4(
    path: Path,
    size: tuple[int, int],
    frames: Iterable[Image.Image],
    sound: bytes | None,
) -> int:
    """H.264 at 24 frames a second, and AAC of `sound` (16 bit stereo, 44.1 kHz). Returns the frame count."""
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
        audio = container.add_stream("aac", rate=SOUND_RATE, layout="stereo") if sound else None
        for image in frames:
            frame = _from_image(image).reformat(format="yuv420p", dst_colorspace=_BT709)
            frame.pts, frame.time_base = count, Fraction(1, FPS)
            container.mux(video.encode(frame))
            count += 1
        container.mux(video.encode())
        if audio is not None and sound:
            for block in _blocks(sound, count):
                container.mux(audio.encode(block))
            container.mux(audio.encode())
    return count


def _blocks(sound: bytes, frames: int) -> Iterator[av.AudioFrame]:
    """The sound in AAC frames, trimmed or filled with silence so that it never outlasts the picture."""
    blocks = frames * SOUND_RATE // FPS // _BLOCK
    length = _BLOCK * _SAMPLE_BYTES
    padded = sound[: blocks * length].ljust(blocks * length, b"\0")
    for place in range(blocks):
        block = av.AudioFrame(format="s16", layout="stereo", samples=_BLOCK)
        block.sample_rate = SOUND_RATE
        block.planes[0].update(padded[place * length : (place + 1) * length])
        block.pts, block.time_base = place * _BLOCK, Fraction(1, SOUND_RATE)
        yield block


def clip_seconds(path: Path) -> float:
    """The length of a video file in seconds. Raises UnreadableClip."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            if stream.duration and stream.time_base:
                return float(stream.duration * stream.time_base)
            return (container.duration or 0) / av.time_base
    except (av.FFmpegError, IndexError):
        raise UnreadableClip from None


def clip_frames(path: Path) -> Iterator[tuple[float, Image.Image]]:
    """Every picture of a video with its second, counted from zero. Raises UnreadableClip."""
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
        raise UnreadableClip from None


def last_frame(path: Path) -> Image.Image:
    """The picture that a clip ends on. Raises UnreadableClip."""
    final: av.VideoFrame | None = None
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(container.streams.video[0]):
                final = frame
    except (av.FFmpegError, IndexError):
        raise UnreadableClip from None
    if final is None:
        raise UnreadableClip
    return _to_image(final)


def read_sound(path: Path, most_seconds: float) -> bytes:
    """At most `most_seconds` of sound, 16 bit stereo, 44.1 kHz; empty if none. Raises UnreadableClip."""
    most, sound = int(most_seconds * SOUND_RATE) * _SAMPLE_BYTES, bytearray()
    resampler = AudioResampler(format="s16", layout="stereo", rate=SOUND_RATE)
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                return b""
            for frame in container.decode(container.streams.audio[0]):
                for piece in resampler.resample(frame):
                    sound += bytes(piece.planes[0])[: piece.samples * _SAMPLE_BYTES]
                if len(sound) >= most:
                    break
    except av.FFmpegError:
        raise UnreadableClip from None
    return bytes(sound[:most])
