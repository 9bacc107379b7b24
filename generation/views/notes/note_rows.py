"""Notes as rows for templates: author, time code, text with links, and the actions of the user.

A page has up to some hundred rows, so that everything that costs a query, a URL or a translation is prepared here.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, TypedDict
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from generation.models import Job, Note, ReviewState, Take
from generation.reviews import timecode
from generation.reviews.notes.authors import display_name
from generation.reviews.notes.threads import Followup, Thread
from generation.views.notes import note_text
from generation.views.notes.note_text import TextPart
from generation.views.notes.permissions import TakePermissions

# A placeholder in URLs, replaced by the key of each note: `reverse` is too slow for each row.
_PLACEHOLDER = str(UUID(int=0))
ACTIONS = ("next", "reply", "resolve", "reopen", "edit", "delete")


class Actions(TypedDict):
    """The URLs of the actions that the user may take on a note; empty if not."""

    next: str
    reply: str
    resolve: str
    reopen: str
    edit: str
    delete: str
    still: str


class NoteRow(TypedDict):
    """A note or reply. Missing values are empty; numbers are text, since templates localise them. `drawing` is JSON."""

    uuid: str
    url: str
    code: str
    frame: str
    end_frame: str
    drawing: str
    author: str
    initials: str
    created_iso: str
    created: str
    is_guest: bool
    is_edited: bool
    is_deleted: bool
    is_resolved: bool
    is_linked: bool
    parts: list[TextPart]
    resolution: str
    followups: list[tuple[str, str, str]]
    actions: Actions
    has_actions: bool


@dataclass(frozen=True)
class ThreadRow:
    """A note and its replies."""

    note: NoteRow
    replies: list[NoteRow]


def thread_rows(
    threads: Iterable[Thread], take: Take, permissions: TakePermissions, *, linked: UUID | None
) -> list[ThreadRow]:
    """Return the threads as rows; one query if any note mentions a handle. `linked` is highlighted."""
    threads = list(threads)
    rows = _Rows(threads, take, permissions, linked)
    return [
        ThreadRow(rows.row(thread.note), [rows.row(reply) for reply in thread.replies]) for thread in threads
    ]


def code_of(note: Note, fps: float) -> str:
    """Return `00:02.10`, `00:02.10–00:03.00`, or an empty string for the whole take."""
    frames = [frame for frame in (note.frame, note.end_frame) if frame is not None]
    return "–".join(timecode.from_frame(frame, fps) for frame in frames)


class _Rows:
    """Builds the rows of one take."""

    def __init__(
        self, threads: list[Thread], take: Take, permissions: TakePermissions, linked: UUID | None
    ) -> None:
        self.take, self.permissions, self.linked = take, permissions, linked
        self.page, self.created = take.get_absolute_url(), _("%(time)s UTC")
        self.stills = reverse("generation:still", args=[take.uuid, 0]).removesuffix("0.png")
        self.assets = note_text.assets_in((note.text for thread in threads for note in thread), take)

    def row(self, note: Any) -> NoteRow:
        actions = self._actions(note)
        author = display_name(note.author_name, note.guest_name)
        return NoteRow(
            uuid=str(note.uuid),
            url=f"{self.page}?note={note.uuid}#note-{note.uuid}",
            code=code_of(note, self.take.fps),
            frame=_text(note.frame),
            end_frame=_text(note.end_frame),
            drawing=json.dumps(note.drawing, separators=(",", ":")) if note.drawing else "",
            author=author,
            initials=author[:2],
            created_iso=note.created_at.isoformat(),
            created=self.created % {"time": date_format(note.created_at, "j M H:i")},
            is_guest=note.guest_id is not None,
            is_edited=note.edited_at is not None,
            is_deleted=note.deleted_at is not None,
            is_resolved=note.resolved_at is not None,
            is_linked=note.uuid == self.linked,
            parts=self._parts(note),
            resolution=_resolution(note),
            followups=[] if note.parent_id else [_followup(one) for one in note.followups],
            actions=actions,
            has_actions=any(actions.values()),
        )

    def _parts(self, note: Any) -> list[TextPart]:
        # Mentions by guests notify no team members, except possibly the creator of the link.
        members = set() if note.guest_id else self.permissions.usernames
        return note_text.split_at_mentions(note.text, members, self.assets)

    def _actions(self, note: Any) -> Actions:
        is_root, is_open = note.parent_id is None, note.resolved_at is None
        can_note = self.permissions.can_note and is_root
        is_permitted = {
            "next": self.permissions.can_edit and is_root and is_open,
            "reply": can_note,
            "resolve": can_note and is_open,
            "reopen": can_note and not is_open,
            "edit": self.permissions.may_edit(note),
            "delete": self.permissions.may_delete(note),
        }
        uuid, urls = str(note.uuid), _action_urls()
        actions = {
            name: urls[name].replace(_PLACEHOLDER, uuid) if is_permitted[name] else "" for name in ACTIONS
        }
        still = f"{self.stills}{note.frame}.png?note={uuid}" if note.drawing else ""
        return Actions(**actions, still=still)  # type: ignore[typeddict-item]


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


@cache
def _action_urls() -> dict[str, str]:
    return {name: reverse(f"generation:note_{name}", args=[_PLACEHOLDER]) for name in ACTIONS}


@cache
def _take_url() -> str:
    return reverse("generation:take", args=[_PLACEHOLDER])


def _resolution(note: Any) -> str:
    """Return who resolved a note, and the take that did."""
    if note.resolved_at is None:
        return ""
    user, take = note.resolver_name, note.resolving_number
    if user and take:
        return _("Resolved by %(user)s with take %(number)d.") % {"user": user, "number": take}
    if user:
        return _("Resolved by %(user)s.") % {"user": user}
    return _("Resolved with take %(number)d.") % {"number": take} if take else _("Resolved.")


def _followup(followup: Followup) -> tuple[str, str, str]:
    """Return the label, URL and state of the take that was made for a note, or of its job."""
    if followup.review is None:
        status = Job.Status(followup.status).label
        label, url = _("Next take: %(status)s"), reverse("generation:job", args=[followup.job])
        return label % {"status": status}, url, followup.status
    state = ReviewState(followup.review).label
    label = _("Take %(number)d: %(state)s") % {"number": followup.number, "state": state}
    return label, _take_url().replace(_PLACEHOLDER, str(followup.take)), followup.review
