"""Films of which each frame is a picture of its own: its number in black and white stripes, eight bits of it."""

import math
import tempfile
from collections.abc import Sequence
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any

import av
from django.contrib.auth.models import User
from PIL import Image, ImageChops, ImageDraw, ImageStat

from generation.models import Take
from library import storage
from library.models import Project
from library.probe import identify as probe
from tests.generation.views.conftest import make_take

SIZE, BITS = (320, 180), 8


def drawn(number: int) -> Image.Image:
    """The frame of that number; below its stripes stand those of its opposite, so that no two are alike."""
    image = Image.new("L", SIZE, "black")
    draw, wide, half = ImageDraw.Draw(image), SIZE[0] // BITS, SIZE[1] // 2
    for bit in range(BITS):
        top = 0 if number >> bit & 1 else half
        draw.rectangle((bit * wide, top, (bit + 1) * wide - 1, top + half - 1), fill="white")
    return image.convert("RGB")


def write(
    path: Path, *, fps: int, frames: int, ticks: Sequence[int] = (), options: dict[str, str] | None = None
) -> None:
    """An MP4 as encoders make them, with frames that are kept in another order than they are shown in. `ticks` of the
    rate tell when each is shown, where it is not one after the other; `options` are the muxer's."""
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream("libx264", rate=fps, options={"bf": "2", "g": "24"})
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame.from_image(drawn(number))
            frame.pts, frame.time_base = ticks[number] if ticks else number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def decoded(path: Path) -> list[Image.Image]:
    """Its pictures in the order in which PyAV decodes them."""
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def striped_take(by: User, project: Project, *, fps: int, frames: int, **written: Any) -> Take:
    """A finished job and its take, the film of it in the storage, written as `write` is told to."""
    take = make_take(by, project)
    with tempfile.TemporaryDirectory() as folder:
        film, poster = Path(folder, "film.mp4"), Path(folder, "poster.webp")
        write(film, fps=fps, frames=frames, **written)
        drawn(frames // 2).save(poster)
        storage.upload(film, take.key, "video/mp4")
        storage.upload(poster, take.poster_key, "image/webp")
        take.sha256, take.size = sha256(film.read_bytes()).hexdigest(), film.stat().st_size
        facts, times = probe.probe(film), probe.frame_times(film)
    take.width, take.height = SIZE
    take.seconds, take.fps, take.frames = facts.seconds or 0.0, facts.fps or 0.0, len(times)
    take.times = probe.irregular_times(times, take.fps)
    take.save()
    return take


def psnr(one: Image.Image, other: Image.Image) -> float:
    """How alike two pictures are, in decibels of their light; from 30 on they look the same."""
    grey = [picture.convert("L").resize(SIZE, Image.Resampling.BOX) for picture in (one, other)]
    error = ImageStat.Stat(ImageChops.difference(*grey)).rms[0]
    return math.inf if error == 0 else 20 * math.log10(255 / error)
