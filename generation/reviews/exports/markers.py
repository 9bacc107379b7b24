"""Write notes as markers on a timeline for editing software, as OTIO or, with its limits, as EDL (CMX 3600).

The time of a video starts at 0, as in its time codes here. An EDL has a single rate of 24, 25, 30, 48, 50 or 60 frames
per second, is in capitals, and has no ranges: their end is in the text of the marker.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import opentimelineio as otio
from django.utils.translation import gettext as _
from opentimelineio.opentime import RationalTime, TimeRange
from opentimelineio.schema import Clip, ExternalReference, Marker, MarkerColor, Timeline, Track

from generation.models import Take
from generation.reviews import timecode
from generation.reviews.exports.exported_notes import state_of, threads_on, writer_of
from generation.reviews.exports.file_names import names_of
from generation.reviews.notes.threads import Thread

EDL: Final = "edl"
OTIO: Final = "otio"
FORMATS = {EDL: "cmx_3600", OTIO: "otio_json"}
MAX_CHARACTERS = 200


class NoSuchRate(Exception):
    """An EDL does not support the frame rates. The message is shown to the user."""


def written(takes: Sequence[Take], *, name: str, kind: str) -> str:
    """Return a file with the takes in sequence and their notes as markers. `kind` is EDL or OTIO. Raise NoSuchRate."""
    if kind == EDL:
        _check_rates(takes)
    found = otio.adapters.write_to_string(_timeline(takes, name, is_edl=kind == EDL), FORMATS[kind])
    return str(found)


def _timeline(takes: Sequence[Take], name: str, *, is_edl: bool) -> Timeline:
    threads, names = threads_on(takes), names_of(takes)
    track = Track(name="Takes", kind=otio.schema.TrackKind.Video)
    for take in takes:
        track.append(_clip(take, names[take.pk], threads[take.pk], is_edl=is_edl))
    timeline = Timeline(name=_plain(name))
    timeline.tracks.append(track)
    return timeline


def _clip(take: Take, name: str, threads: Iterable[Thread], *, is_edl: bool) -> Clip:
    rate = _nominal(take) if is_edl else take.fps or 1.0
    whole = TimeRange(RationalTime(0, rate), RationalTime(take.frame_count, rate))
    # The name in the zip of approved takes, so that editing software finds the video next to this file.
    media = ExternalReference(target_url=f"{name}.mp4", available_range=whole)
    clip = Clip(name=name, media_reference=media, source_range=whole)
    clip.metadata["backlot"] = {"take": str(take.uuid), "sha256": take.sha256, "review": take.review}
    # Reel names have eight characters, to which all takes of a project would be truncated; AX means no reel.
    clip.metadata["cmx_3600"] = {"reel": "AX"}
    clip.markers.extend(_marker(thread, take, rate) for thread in threads if not thread.note.deleted_at)
    return clip


def _marker(thread: Thread, take: Take, rate: float) -> Marker:
    """Return a marker at the frame or range of the note, or at the first frame for the whole take."""
    note = thread.note
    start, end = note.frame or 0, note.end_frame if note.end_frame is not None else note.frame or 0
    name = f"{writer_of(note)}: {note.text or _('drawing')}"
    if note.end_frame is not None:
        end_code = timecode.from_frame(note.end_frame, take.fps)
        name = _("%(note)s (to %(end)s)") % {"note": name, "end": end_code}
    elif note.frame is None:
        name = _("%(note)s (whole take)") % {"note": name}
    is_open = state_of(note) == "open"
    marker = Marker(
        name=_plain(name),
        marked_range=TimeRange(RationalTime(start, rate), RationalTime(end - start + 1, rate)),
        color=MarkerColor.RED if is_open else MarkerColor.GREEN,
        comment=note.text,
    )
    marker.metadata["backlot"] = {
        "note": str(note.uuid),
        "state": state_of(note),
        "author": writer_of(note),
        "replies": [f"{writer_of(reply)}: {reply.text}" for reply in thread.replies if not reply.deleted_at],
    }
    return marker


def _check_rates(takes: Sequence[Take]) -> None:
    rates = {_nominal(take) for take in takes}
    for take in takes:
        rate = _nominal(take)
        if not RationalTime.is_smpte_timecode_rate(rate) or abs(rate - take.fps) > 0.07:
            text = _("Take %(number)s has %(rate)s fps, which EDL does not support. Export OTIO instead.")
            raise NoSuchRate(text % {"number": take.number, "rate": f"{take.fps:g}"})
    if len(rates) > 1:
        text = _(
            "These takes have different frame rates (%(rates)s fps), but EDL has only one. Export OTIO instead."
        )
        raise NoSuchRate(text % {"rates": ", ".join(f"{rate:g}" for rate in sorted(rates))})


def _nominal(take: Take) -> float:
    """Return the nominal frame rate: 29.97 counts as 30, without dropped frames."""
    return float(max(1, round(take.fps)))


def _plain(text: str) -> str:
    """Return a single line of limited length, since some readers of both formats work by line."""
    line = " ".join(text.split())
    return line if len(line) <= MAX_CHARACTERS else f"{line[: MAX_CHARACTERS - 1]}…"
