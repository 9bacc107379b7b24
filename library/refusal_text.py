"""Render the reasons for refusing a media file (`library.probe.Refusal`) as messages."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from library.probe import Refusal, UnreadableMedia

TEXTS: Mapping[Refusal, Promise] = {
    Refusal.EMPTY: _("%(name)s is empty (0 bytes). Save or download it again."),
    Refusal.DAMAGED: _("%(name)s is damaged or incomplete. Save or download it again."),
    Refusal.TRUNCATED: _(
        "%(name)s is incomplete: only %(readable)s s of %(declared)s s can be read. Save or download it again."
    ),
    Refusal.TEXT: _(
        "%(name)s is not an image, video or audio file: it contains text. Choose a PNG, JPEG, MP4, MP3 or WAV file."
    ),
    Refusal.UNKNOWN_FORMAT: _("%(name)s has an unknown format. Choose a PNG, JPEG, MP4, MP3 or WAV file."),
    Refusal.UNSUPPORTED_IMAGE: _(
        "%(name)s is in %(format)s format, which the video model does not accept. Save it as JPEG or PNG."
    ),
    Refusal.UNSUPPORTED_GRAPHIC: _(
        "%(name)s is in %(format)s format, which the video model does not accept. Save it as PNG."
    ),
    Refusal.UNSUPPORTED_AUDIO: _(
        "%(name)s is in %(format)s format, which the video model does not accept. Save it as MP3 or WAV."
    ),
    Refusal.UNSUPPORTED_VIDEO: _(
        "%(name)s is in %(format)s format, which the video model does not accept. Save it as MP4 or MOV."
    ),
    Refusal.UNSUPPORTED_MEDIA: _(
        "%(name)s is in %(format)s format, which the video model does not accept. Save it as MP4, MP3 or WAV."
    ),
    Refusal.PDF: _("%(name)s is a PDF document. Save the page as PNG."),
    Refusal.ZIP: _("%(name)s is a zip archive. Extract it, and choose the files in it."),
    Refusal.IMAGE_TOO_LARGE: _(
        "%(name)s is too large (%(size)s MB). Images can be up to %(limit)s MB. Save a smaller version."
    ),
    Refusal.VIDEO_TOO_LARGE: _(
        "%(name)s is too large (%(size)s MB). Videos can be up to %(limit)s MB. Save a smaller version."
    ),
    Refusal.AUDIO_TOO_LARGE: _(
        "%(name)s is too large (%(size)s MB). Audio files can be up to %(limit)s MB. Save a smaller version."
    ),
    Refusal.TOO_MANY_PIXELS: _(
        "%(name)s is too large: %(width)s×%(height)s pixels. The maximum is %(limit)s megapixels. "
        "Save a smaller version."
    ),
    Refusal.FRAMES_TOO_LARGE: _(
        "%(name)s has frames of more than %(limit)s megapixels. Save a smaller version."
    ),
    Refusal.TOO_MANY_SCANS: _(
        "%(name)s has more than %(limit)s scans. Open it in an editor and save it again."
    ),
    Refusal.TOO_MANY_COMPONENTS: _(
        "%(name)s has more than %(limit)s segments. Open it in an editor and save it again."
    ),
    Refusal.TOO_MANY_FRAMES: _("%(name)s has more than %(limit)s frames. Save it as MP4."),
    Refusal.ANIMATION_TOO_LARGE: _(
        "%(name)s is too large: %(frames)s frames of %(width)s×%(height)s pixels. Animations can have up to %(limit)s "
        "megapixels in total. Save a smaller version, or save it as MP4."
    ),
    Refusal.NO_VIDEO: _("%(name)s has no readable video track. Save it as MP4 with H.264."),
    Refusal.NO_FRAME: _("%(name)s has no readable frame. Export it again."),
    Refusal.NO_AUDIO: _("%(name)s has no readable audio track. Save it as MP3 or WAV again."),
    Refusal.NOT_A_VIDEO: _("%(name)s is not a video."),
    Refusal.TOO_LONG: _("%(name)s is longer than %(limit)s minutes. Cut it into shorter files."),
    Refusal.TOO_MANY_SAMPLES: _(
        "%(name)s declares %(samples)s samples, more than it can contain. Export it again."
    ),
    Refusal.TOO_MANY_EDITED_SAMPLES: _(
        "%(name)s declares %(samples)s samples and %(edits)s edits, more than it can contain. Export it again."
    ),
    Refusal.INDEX_TOO_LARGE: _("%(name)s has a compressed index, or one that is too large. Export it again."),
    Refusal.TAGS_TOO_LARGE: _("%(name)s has tags that are too large. Save it without tags."),
    Refusal.TOO_MUCH_MEMORY: _(
        "%(name)s is too large to open: decoding it needs too much memory. Save a smaller version."
    ),
    Refusal.TOO_SLOW: _("%(name)s took too long to open. Save a smaller version, or use another format."),
    Refusal.DECODER_FAILED: _("%(name)s could not be opened. Try again, or save the file again."),
}
_LIMITS_IN_MEGABYTES = {Refusal.IMAGE_TOO_LARGE, Refusal.VIDEO_TOO_LARGE, Refusal.AUDIO_TOO_LARGE}
_LIMITS_IN_MEGAPIXELS = {Refusal.TOO_MANY_PIXELS, Refusal.FRAMES_TOO_LARGE, Refusal.ANIMATION_TOO_LARGE}
_FORMATTERS: Mapping[str, Callable[[Any], str]] = {
    "size": lambda size: number_format(size / 1e6, 1),
    "readable": lambda seconds: number_format(seconds, 1),
    "declared": lambda seconds: number_format(seconds, 1),
    "samples": lambda count: number_format(count, force_grouping=True),
    "edits": lambda count: number_format(count, force_grouping=True),
}


def refusal_text(refusal: UnreadableMedia) -> str:
    """Return the message in the active language: the file's name, the reason, and what to do."""
    values = {key: _formatted(refusal.code, key, value) for key, value in refusal.values.items()}
    return str(TEXTS[refusal.code]) % {"name": refusal.name, **values}


def _formatted(code: Refusal, key: str, value: Any) -> str:
    if key == "limit":
        return _formatted_limit(code, value)
    return _FORMATTERS.get(key, str)(value)


def _formatted_limit(code: Refusal, limit: float) -> str:
    if code in _LIMITS_IN_MEGABYTES or code in _LIMITS_IN_MEGAPIXELS:
        return number_format(limit / 1e6, 0)
    if code == Refusal.TOO_LONG:
        return number_format(limit / 60, 0)
    return number_format(limit, force_grouping=True)
