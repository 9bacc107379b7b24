"""Stills: one frame of a take as a picture, with what was drawn on it if that is wanted."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from generation.models import Take
from generation.reviews import timecode
from generation.reviews.notes.drawings import COLORS, Stroke
from library import decoding, probe, storage
from library.refusal_text import refusal_text


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
    """The frame as a PNG of the take's size, with the strokes burnt in, in the colours that players show.

    Frames count from 0 as PyAV decodes them. The film goes through the disk and is opened by a decoder, so only the
    picture's file is held in memory. Raises NoSuchFrame, NoStill, DecodersBusy.
    """
    check(take, frame)
    drawn = [stroke.told() | {"color": COLORS[stroke.color]} for stroke in strokes]
    second = timecode.middle_of(frame, take.fps, take.times)
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            film, picture = Path(folder) / "take.mp4", Path(folder) / "still.png"
            storage.download(take.key, film)
            decoding.frame(film, second, picture, strokes=drawn, compress_level=3)
            return picture.read_bytes()
    except storage.ObjectMissing as error:
        raise NoStill(_("The video of this take is not in the storage.")) from error
    except probe.UnreadableMedia as error:
        raise NoStill(_("The frame cannot be read: %(reason)s") % {"reason": refusal_text(error)}) from error
