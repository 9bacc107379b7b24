"""The small picture by which a file is known: of a picture itself, of a frame, of the wave of a sound."""

import math
from array import array
from itertools import islice
from pathlib import Path

import av
from av.video.reformatter import Colorspace
from PIL import Image, ImageDraw

from library.probe import Facts, UnreadableMedia
from library.probe.identify import open_recording, small_of

WAVE = (480, 270)
WAVE_BARS = 60
WAVE_RATE = 8000
WAVE_BLOCK = 400
WAVE_COLOUR = "#d98f22"
LOUDEST = 32768
MAX_FRAMES = 2000
# Seconds are told with three decimals: a frame may begin this much after the second that means it.
SAME_MOMENT = 0.001
UNNAMED_COLOURS = 2
# At least twice the size of a thumbnail, so that the final scaling has good quality.
LONGEST = 1920


def save_thumbnail(path: Path, facts: Facts, target: Path, *, name: str = "") -> None:
    """Writes a WebP of at most 480 pixels a side. Raises UnreadableMedia, which calls the file `name`, when there is
    nothing in it to be seen or heard."""
    save(shown(path, facts, name=name), target)


def save(small: Image.Image, target: Path) -> None:
    """Writes the picture as a WebP."""
    small.save(target, "WEBP", quality=80, method=4)


def shown(path: Path, facts: Facts, *, name: str = "") -> Image.Image:
    """What a file is known by, at most 480 pixels a side. Raises UnreadableMedia, which calls the file `name`."""
    if facts.kind == "image":
        with Image.open(path) as picture:
            return small_of(picture)
    try:
        found = (
            frame_near(path, (facts.seconds or 0) * 0.1, longest=LONGEST)
            if facts.kind == "video"
            else _wave(_loudness(path))
        )
    except (av.FFmpegError, ValueError) as error:  # PyAV: a sound that changes its layout on the way
        raise UnreadableMedia(
            f"{name or path.name} is damaged: nothing in it can be shown. Save or download it again."
        ) from error
    return small_of(found)


def frame_near(path: Path, second: float, *, longest: int | None = None) -> Image.Image:
    """The first frame at or after that second, or the last before the end, upright, with sides of at most `longest`
    pixels: a large frame need not be held in RGB to be made small. Raises UnreadableMedia.

    A film with a single key frame is walked through for `MAX_FRAMES` at most.
    """
    with open_recording(path) as container:
        stream = next(track for track in container.streams.video if track.codec_context)
        container.seek(int(second * av.time_base))
        found = None
        for found in islice(container.decode(stream), MAX_FRAMES):
            if found.time is None or found.time >= second:
                break
        if found is None:
            raise UnreadableMedia(f"{path.name} holds no frame that can be read. Export it again.")
        scale = min(1.0, (longest or math.inf) / max(found.width, found.height))
        picture: Image.Image = found.to_image(  # type: ignore[no-untyped-call]
            width=max(1, round(found.width * scale)), height=max(1, round(found.height * scale))
        )
        return picture.rotate(found.rotation, expand=True)


def frame_at(path: Path, second: float) -> tuple[Image.Image, float]:
    """The frame that a player shows at that second, upright, and the second at which it begins.

    Before the first frame it is the first one, after the end the last. The walk starts at the key frame before it, and
    memory holds one frame however long the walk. Raises UnreadableMedia.
    """
    try:
        with open_recording(path) as container:
            stream = next(track for track in container.streams.video if track.codec_context)
            container.seek(max(0, int(second * av.time_base)))
            found = None
            for frame in container.decode(stream):
                if found is not None and (frame.time or 0) > second + SAME_MOMENT:
                    break
                found = frame
            if found is None:
                raise UnreadableMedia(f"{path.name} holds no frame that can be read. Export it again.")
            return _as_shown(found).rotate(found.rotation, expand=True), float(found.time or 0)
    except av.FFmpegError as error:
        raise UnreadableMedia(f"{path.name} is damaged: its frame cannot be read.") from error


def _as_shown(frame: av.VideoFrame) -> Image.Image:
    """In the colours that players show: a large film that does not name its colour space is taken for BT.709."""
    unnamed = frame.colorspace == UNNAMED_COLOURS and (frame.width >= 1280 or frame.height > 576)
    picture: Image.Image = frame.to_image(  # type: ignore[no-untyped-call]
        src_colorspace=Colorspace.ITU709 if unnamed else None
    )
    return picture


def _loudness(path: Path) -> list[float]:
    """The loudest sample of each twentieth of a second, 0 to 1."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=WAVE_RATE)
    peaks: list[float] = []
    with open_recording(path) as container:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples = array("h", bytes(part.planes[0])[: part.samples * 2])
                blocks = (samples[at : at + WAVE_BLOCK] for at in range(0, len(samples), WAVE_BLOCK))
                peaks += [max(max(block), -min(block)) / LOUDEST for block in blocks]
    return peaks


def _wave(peaks: list[float]) -> Image.Image:
    width, height = WAVE
    picture = Image.new("RGBA", WAVE, (0, 0, 0, 0))
    draw, step = ImageDraw.Draw(picture), width // WAVE_BARS
    for bar in range(WAVE_BARS):
        part = peaks[bar * len(peaks) // WAVE_BARS : (bar + 1) * len(peaks) // WAVE_BARS + 1]
        half = max(2, round(max(part, default=0) * height * 0.42))
        box = (bar * step + 1, height // 2 - half, bar * step + step - 3, height // 2 + half)
        draw.rounded_rectangle(box, radius=2, fill=WAVE_COLOUR)
    return picture
