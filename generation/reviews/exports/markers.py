"""Notes as markers on an editor's time line, by OpenTimelineIO: OTIO, and EDL (CMX 3600) as far as that goes.

A film's own time starts at 0, as its time codes do here. An EDL knows whole frames of 24, 25, 30, 48, 50 or 60 a second
and one rate for all, writes capitals, and has no ranges: their end stands in the marker's text.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import opentimelineio as otio
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
MOST_LETTERS = 200


class NoSuchRate(Exception):
    """An EDL cannot carry this. The message is a sentence for people."""


def written(takes: Sequence[Take], *, name: str, kind: str) -> str:
    """The takes one after the other with their notes as markers, as the text of a file.

    `kind` is EDL or OTIO. Raises NoSuchRate.
    """
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
    # As the zip of the approved takes names it: both beside each other, an editor finds the film.
    media = ExternalReference(target_url=f"{name}.mp4", available_range=whole)
    clip = Clip(name=name, media_reference=media, source_range=whole)
    clip.metadata["backlot"] = {"take": str(take.uuid), "sha256": take.sha256, "review": take.review}
    # Cut into eight letters all takes of a project would be one reel; AX is a file without one.
    clip.metadata["cmx_3600"] = {"reel": "AX"}
    clip.markers.extend(_marker(thread, take, rate) for thread in threads if not thread.note.deleted_at)
    return clip


def _marker(thread: Thread, take: Take, rate: float) -> Marker:
    """At its frame or over its range; a note on the whole take at the first frame."""
    note = thread.note
    start, end = note.frame or 0, note.end_frame if note.end_frame is not None else note.frame or 0
    told = f"{writer_of(note)}: {note.text or 'a drawing'}"
    if note.end_frame is not None:
        told = f"{told} (to {timecode.told(note.end_frame, take.fps)})"
    elif note.frame is None:
        told = f"{told} (the whole take)"
    is_open = state_of(note) == "open"
    marker = Marker(
        name=_plain(told),
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
            raise NoSuchRate(
                f"{take} has {take.fps:g} frames a second, which an EDL cannot say. Take the OTIO file instead."
            )
    if len(rates) > 1:
        told = " and ".join(f"{rate:g}" for rate in sorted(rates))
        raise NoSuchRate(
            f"These takes have {told} frames a second, and an EDL has one rate. Take the OTIO file instead."
        )


def _nominal(take: Take) -> float:
    """29.97 is counted as 30 without dropping any, as everywhere here."""
    return float(max(1, round(take.fps)))


def _plain(text: str) -> str:
    """One line, since both formats are read line by line somewhere, and not endless."""
    line = " ".join(text.split())
    return line if len(line) <= MOST_LETTERS else f"{line[: MOST_LETTERS - 1]}…"
