"""Render what an asset can be used as (`library.usability`) as text."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from library.usability import Finding, Issue, Usability, Use

USE_NAMES: Mapping[Use, Promise] = {
    Use.FRAME: _("first, mid or end frame"),
    Use.SUBJECT: _("reference"),
    Use.GRID: _("grid reference"),
    Use.MOTION: _("motion reference"),
    Use.EXTENSION: _("extension"),
    Use.VOICE: _("voice"),
}
# Phrases that complete “@handle cannot be used: …” and lists of reasons.
TEXTS: Mapping[Issue, Promise] = {
    Issue.NO_FILES: _("no files yet"),
    Issue.IMAGE_COUNT: _("a character needs 1 to %(limit)s images and has %(value)s"),
    Issue.VOICE_COUNT: _("a character can have one voice and has %(value)s"),
    Issue.NOT_ONE_IMAGE: _("a frame needs exactly one image and has %(value)s"),
    Issue.NOT_ONE_GRID_IMAGE: _("a grid needs exactly one image and has %(value)s"),
    Issue.IMAGE_TYPE: _("images must be JPEG, PNG, GIF or BMP, not %(mime)s"),
    Issue.IMAGE_TOO_LARGE: _("image too large: %(value)s MB, maximum %(limit)s MB"),
    Issue.VIDEO_TYPE: _("videos must be MP4 or MOV, not %(mime)s"),
    Issue.VIDEO_TOO_LONG: _("video too long: %(value)s s, maximum %(limit)s s"),
    Issue.VIDEO_MAY_BE_TOO_LONG: _("longer than %(limit)s s (%(value)s s), so the provider may refuse it"),
    Issue.VIDEO_LENGTH_UNKNOWN: _("the length of the video is unknown"),
    Issue.VOICE_TYPE: _("voices must be MP3 or WAV, not %(mime)s"),
    Issue.VOICE_TOO_LONG: _("voice too long: %(value)s s, maximum %(limit)s s"),
    Issue.VOICE_LENGTH_UNKNOWN: _("the length of the voice is unknown"),
}
_COUNTED = {Issue.IMAGE_COUNT, Issue.VOICE_COUNT, Issue.NOT_ONE_IMAGE, Issue.NOT_ONE_GRID_IMAGE}


def use_names(uses: int) -> str:
    """Return the names of these bits: `first, mid or end frame, reference`."""
    return ", ".join(str(name) for use, name in USE_NAMES.items() if use & uses)


def finding_text(finding: Finding) -> str:
    """Return a finding as a phrase in the active language: `video too long: 17.2 s, maximum 15 s`."""
    return str(TEXTS[finding.issue]) % {
        "value": _value(finding),
        "limit": number_format(f"{finding.limit:g}"),
        "mime": finding.mime,
    }


def usability_text(usability: Usability) -> str:
    """Return the uses, then what prevents others: `extension; video too long: 17.2 s, maximum 15 s`."""
    findings = [*usability.refusals, *usability.warnings]
    return "; ".join(filter(None, (use_names(usability.uses), *map(finding_text, findings))))


def _value(finding: Finding) -> str:
    if finding.issue in _COUNTED:
        return str(int(finding.value))
    return number_format(_digits_above(finding.value, finding.limit))


def _digits_above(value: float, limit: float) -> str:
    """Format a value above the limit with as few decimals as show that it is: never `15.0 of 15`."""
    rounded = (f"{value:.{digits}f}" for digits in (1, 2, 3, 4, 5))
    return next((text for text in rounded if float(text) > limit), repr(value))
