"""Stills: one frame of a take as a PNG, optionally with a drawing."""

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
    """The take is shorter. The message is for users."""


class StillUnavailable(Exception):
    """The frame cannot be rendered now. The message is for users."""


def check_frame(take: Take, frame: int) -> None:
    """Raise NoSuchFrame for a frame past the end."""
    if not 0 <= frame < take.frame_count:
        message = _("%(take)s has no frame %(frame)d. Its last frame is %(last)d.")
        raise NoSuchFrame(message % {"take": take, "frame": frame, "last": take.frame_count - 1})


def render(take: Take, frame: int, *, strokes: Iterable[Stroke] = ()) -> bytes:
    """Return the frame as a PNG of the take's size, with the strokes drawn in the colours of the player.

    Frames count from 0 as PyAV decodes them. The video is downloaded to disk and decoded in another process, so that
    memory holds only the PNG. Raise NoSuchFrame, StillUnavailable, DecodersBusy.
    """
    check_frame(take, frame)
    drawn = [stroke.as_json() | {"color": COLORS[stroke.color]} for stroke in strokes]
    second = timecode.middle_of_frame(frame, take.fps, take.times)
    try:
        with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
            video, png = Path(folder) / "take.mp4", Path(folder) / "still.png"
            storage.download(take.key, video)
            decoding.frame(video, second, png, strokes=drawn, compress_level=3)
            return png.read_bytes()
    except storage.ObjectMissing as error:
        raise StillUnavailable(_("The video of this take is not in the storage.")) from error
    except probe.UnreadableMedia as error:
        message = _("This frame could not be read: %(reason)s") % {"reason": refusal_text(error)}
        raise StillUnavailable(message) from error
