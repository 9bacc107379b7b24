"""Stills: one frame of a take as a picture, with what was drawn on it if that is wanted."""

import io
import math
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw

from generation.models import Take
from generation.reviews import timecode
from generation.reviews.drawings import COLORS, Stroke
from library import ingest, probe, storage

# Drawn twice as large and made small again, lines have smooth edges; larger pictures have small enough pixels.
SMOOTH_UP_TO = 1920
# How far an arrow's head reaches back along its line, in widths of the line, and how wide it opens.
HEAD_LENGTH, HEAD_ANGLE = 5, math.radians(28)

Point = tuple[float, float]


class NoSuchFrame(Exception):
    """The take is shorter. The message is a sentence for people."""


class NoStill(Exception):
    """The frame could not be had now. The message is a sentence for people."""


def check(take: Take, frame: int) -> None:
    """Raises NoSuchFrame for a frame beyond the end."""
    if not 0 <= frame < take.frame_count:
        raise NoSuchFrame(
            f"{take} has {take.frame_count} frames, 0 to {take.frame_count - 1}. There is no frame {frame}."
        )


def still(take: Take, frame: int, *, strokes: Iterable[Stroke] = ()) -> bytes:
    """The frame as a PNG of the take's size, with the strokes burnt in.

    Frames count from 0 as PyAV decodes them. The film goes through the disk, so memory holds single frames. Raises
    NoSuchFrame, NoStill.
    """
    check(take, frame)
    held = io.BytesIO()
    burnt(picture_of(take, frame), strokes).save(held, "PNG", compress_level=3)
    return held.getvalue()


def picture_of(take: Take, frame: int) -> Image.Image:
    """The frame, upright, in the colours that players show. Raises NoStill."""
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            film = Path(folder) / "take.mp4"
            storage.download(take.key, film)
            return ingest.frame_at(film, timecode.middle_of(frame, take.fps, take.times))[0]
    except storage.StorageFailed as error:
        raise NoStill("The storage did not answer. Try again in a minute.") from error
    except probe.UnreadableMedia as error:
        raise NoStill(f"The frame cannot be read: {error}") from error


def burnt(picture: Image.Image, strokes: Iterable[Stroke]) -> Image.Image:
    """The picture with the strokes over it, whatever its size."""
    drawn = list(strokes)
    if not drawn:
        return picture
    factor = 2 if max(picture.size) <= SMOOTH_UP_TO else 1
    layer = Image.new("RGBA", (picture.width * factor, picture.height * factor), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for stroke in drawn:
        _stroke(draw, stroke, layer.size)
    smooth = layer.resize(picture.size, Image.Resampling.BOX) if factor > 1 else layer
    return Image.alpha_composite(picture.convert("RGBA"), smooth).convert("RGB")


def _stroke(draw: ImageDraw.ImageDraw, stroke: Stroke, size: tuple[int, int]) -> None:
    width, height = size
    line = max(1, round(stroke.width * height))
    points = [(x * width, y * height) for x, y in stroke.points]
    for path in _paths(stroke.tool, points, line):
        _line(draw, path, line, COLORS[stroke.color])


def _paths(tool: str, points: list[Point], line: int) -> list[list[Point]]:
    """The lines that a tool draws; `static/js/strokes.js` draws the same."""
    if tool == "pen":
        return [points]
    (x1, y1), (x2, y2) = points
    if tool == "box":
        return [[(x1, y1), (x2, y1), (x2, y2), (x1, y2), (x1, y1)]]
    back = math.atan2(y1 - y2, x1 - x2)
    reach = min(HEAD_LENGTH * line, math.hypot(x1 - x2, y1 - y2))
    left, right = (
        (x2 + reach * math.cos(back + turn), y2 + reach * math.sin(back + turn))
        for turn in (-HEAD_ANGLE, HEAD_ANGLE)
    )
    return [points, [left, (x2, y2), right]]


def _line(draw: ImageDraw.ImageDraw, path: list[Point], line: int, color: str) -> None:
    """Round at its ends and corners."""
    if len(path) > 1:
        draw.line(path, fill=color, width=line)
    reach = line / 2
    for x, y in path:
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=color)
