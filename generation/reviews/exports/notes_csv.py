"""Export the notes of a take as CSV: a line per note, replies below their note."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from generation import spreadsheets
from generation.models import Note, Take
from generation.reviews import timecode
from generation.reviews.exports.exported_notes import state_of, threads_on, writer_of

HEADER = (
    "project", "shot", "take", "time_code", "end_time_code", "frame", "end_frame", "fps", "author", "written_at",
    "text", "state", "resolved_by", "resolved_at", "resolved_by_take", "has_drawing", "note", "reply_to",
)  # fmt: skip


def csv_lines(take: Take) -> Iterator[str]:
    """Yield the header and the lines of each thread."""
    yield spreadsheets.line(HEADER)
    for thread in threads_on([take])[take.pk]:
        yield spreadsheets.lines(_cells(note, thread.note) for note in thread)


def _cells(note: Note, root: Note) -> list[Any]:
    take, resolving_take = note.take, note.resolved_by_take
    return [
        take.project.name,
        take.shot.code if take.shot else "",
        take.number,
        _code(note.frame, take),
        _code(note.end_frame, take),
        note.frame,
        note.end_frame,
        take.fps,
        writer_of(note),
        _moment(note.created_at),
        note.text,
        # A thread is resolved as a whole.
        state_of(note if note.deleted_at else root),
        str(note.resolved_by or ""),
        _moment(note.resolved_at),
        resolving_take.number if resolving_take else "",
        "yes" if note.drawing else "",
        str(note.uuid),
        "" if note == root else str(root.uuid),
    ]


def _code(frame: int | None, take: Take) -> str:
    return "" if frame is None else timecode.from_frame(frame, take.fps)


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if at else ""
