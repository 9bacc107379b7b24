"""The small picture by which a file is known: of a picture itself, of a frame, of the wave of a sound."""

from array import array
from pathlib import Path

import av
from PIL import Image, ImageDraw

from library.probe import Facts, UnreadableMedia

THUMBNAIL = (480, 480)
WAVE = (480, 270)
WAVE_BARS = 60
WAVE_RATE = 8000
WAVE_BLOCK = 400
WAVE_COLOUR = "#d98f22"
LOUDEST = 32768


def save_thumbnail(path: Path, facts: Facts, target: Path) -> None:
    """Writes a WebP of at most 480 pixels a side. Raises UnreadableMedia when a video shows no frame."""
    if facts.kind == "image":
        with Image.open(path) as picture:
            _save_small(picture, target)
    elif facts.kind == "video":
        _save_small(frame_near(path, (facts.seconds or 0) * 0.1), target)
    else:
        _save_small(_wave(_loudness(path)), target)


def frame_near(path: Path, second: float) -> Image.Image:
    """The first frame at or after that second, or the last before the end, upright. Raises UnreadableMedia."""
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        stream = container.streams.video[0]
        container.seek(int(second * av.time_base))
        found = None
        for found in container.decode(stream):
            if found.time is None or found.time >= second:
                break
        if found is None:
            raise UnreadableMedia(f"{path.name} holds no frame that can be read.")
        picture: Image.Image = found.to_image()  # type: ignore[no-untyped-call]
        return picture.rotate(found.rotation, expand=True)


def _save_small(picture: Image.Image, target: Path) -> None:
    if picture.mode not in {"RGB", "RGBA", "L"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail(THUMBNAIL)
    bare = picture.copy()
    bare.info = {}
    bare.save(target, "WEBP", quality=80, method=4)


def _loudness(path: Path) -> list[float]:
    """The loudest sample of each twentieth of a second, 0 to 1."""
    resampler = av.AudioResampler(format="s16", layout="mono", rate=WAVE_RATE)
    peaks: list[float] = []
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
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
