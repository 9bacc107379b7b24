"""Thumbnails: the scaled image, a frame of a video, or the waveform of an audio file."""

import math
from array import array
from itertools import islice
from pathlib import Path

import av
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw

from library.probe import Facts, Refusal, UnreadableMedia
from library.probe.identify import open_container, thumbnail_of

WAVE = (480, 270)
WAVE_BARS = 60
WAVE_RATE = 8000
WAVE_BLOCK = 400
WAVE_COLOUR = "#d98f22"
LOUDEST = 32768
MAX_FRAMES = 2000
# Times are given with three decimals, so a frame may begin this much after the time that refers to it.
TIME_TOLERANCE = 0.001
UNSPECIFIED_COLOUR_SPACE = 2
# At least twice the size of a thumbnail, so that the final scaling has good quality.
LONGEST = 1920


def save_thumbnail(path: Path, facts: Facts, target: Path, *, name: str = "") -> None:
    """Write a WebP of at most 480 pixels a side. Raise UnreadableMedia, with `name` as the file's name."""
    save(draw(path, facts, name=name), target)


def save(thumbnail: Image.Image, target: Path) -> None:
    """Write the thumbnail as a WebP."""
    thumbnail.save(target, "WEBP", quality=80, method=4)


def draw(path: Path, facts: Facts, *, name: str = "") -> Image.Image:
    """Return the thumbnail of a file, at most 480 pixels a side. Raise UnreadableMedia, with `name` as its name."""
    if facts.kind == "image":
        with Image.open(path) as image:
            return thumbnail_of(image)
    try:
        found = (
            frame_near(path, (facts.seconds or 0) * 0.1, longest=LONGEST)
            if facts.kind == "video"
            else _waveform(_peaks(path))
        )
    except (av.FFmpegError, ValueError) as error:  # PyAV raises ValueError if the channel layout changes
        raise UnreadableMedia(Refusal.DAMAGED, name or path.name) from error
    return thumbnail_of(found)


def frame_near(path: Path, second: float, *, longest: int | None = None) -> Image.Image:
    """Return the first frame at or after that second, or the last one, rotated for display.

    It is scaled to at most `longest` pixels a side while it is converted, which avoids a large RGB copy. At most
    `MAX_FRAMES` are decoded after the key frame. Raise UnreadableMedia.
    """
    with open_container(path) as container:
        stream = next(track for track in container.streams.video if track.codec_context)
        container.seek(int(second * av.time_base))
        found = None
        for found in islice(container.decode(stream), MAX_FRAMES):
            if found.time is None or found.time >= second:
                break
        if found is None:
            raise UnreadableMedia(Refusal.NO_FRAME, path.name)
        scale = min(1.0, (longest or math.inf) / max(found.width, found.height))
        image: Image.Image = found.to_image(  # type: ignore[no-untyped-call]
            width=max(1, round(found.width * scale)), height=max(1, round(found.height * scale))
        )
        return image.rotate(found.rotation, expand=True)


def frame_at(path: Path, second: float) -> tuple[Image.Image, float]:
    """Return the frame that a player shows at that second, rotated for display, and its start time in seconds.

    Before the first frame, return the first one; after the end, the last one. Decoding starts at the preceding key
    frame, with one frame in memory at a time. Raise UnreadableMedia.
    """
    try:
        with open_container(path) as container:
            stream = next(track for track in container.streams.video if track.codec_context)
            container.seek(max(0, int(second * av.time_base)))
            found = None
            for frame in container.decode(stream):
                if found is not None and (frame.time or 0) > second + TIME_TOLERANCE:
                    break
                found = frame
            if found is None:
                raise UnreadableMedia(Refusal.NO_FRAME, path.name)
            return _as_displayed(found).rotate(found.rotation, expand=True), float(found.time or 0)
    except av.FFmpegError as error:
        raise UnreadableMedia(Refusal.DAMAGED, path.name) from error


def _as_displayed(frame: av.VideoFrame) -> Image.Image:
    """Convert a frame with the colours that players show: large videos without a declared colour space are BT.709."""
    unspecified = frame.colorspace == UNSPECIFIED_COLOUR_SPACE and (frame.width >= 1280 or frame.height > 576)
    image: Image.Image = frame.to_image(  # type: ignore[no-untyped-call]
        src_colorspace=Colorspace.ITU709 if unspecified else None
    )
    return image


def _peaks(path: Path) -> list[float]:
    """Return the peak amplitude of each twentieth of a second, 0 to 1."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=WAVE_RATE)
    peaks: list[float] = []
    with open_container(path) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples = array("h", bytes(part.planes[0])[: part.samples * 2])
                blocks = (samples[at : at + WAVE_BLOCK] for at in range(0, len(samples), WAVE_BLOCK))
                peaks += [max(max(block), -min(block)) / LOUDEST for block in blocks]
    return peaks


def _waveform(peaks: list[float]) -> Image.Image:
    width, height = WAVE
    image = Image.new("RGBA", WAVE, (0, 0, 0, 0))
    canvas, step = ImageDraw.Draw(image), width // WAVE_BARS
    for bar in range(WAVE_BARS):
        values = peaks[bar * len(peaks) // WAVE_BARS : (bar + 1) * len(peaks) // WAVE_BARS + 1]
        half = max(2, round(max(values, default=0) * height * 0.42))
        box = (bar * step + 1, height // 2 - half, bar * step + step - 3, height // 2 + half)
        canvas.rounded_rectangle(box, radius=2, fill=WAVE_COLOUR)
    return image
