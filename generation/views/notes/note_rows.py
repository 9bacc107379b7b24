"""Notes as people read them: who spoke, when in the take, and what may be done with a note.

A page holds a hundred lines, so templates only print what is worked out here.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from html import escape
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.safestring import SafeString

from generation.models import Job, Note, Take
from generation.reviews import timecode
from generation.reviews.exports.exported_notes import GONE
from generation.reviews.notes.threads import Answer, Thread
from generation.views.notes import note_text
from generation.views.notes.note_text import Piece
from library.models import Membership, Role
from library.models.projects import COMMENTERS, DECIDERS, MAKERS

# Stands in addresses until a note's own key is put there: building an address anew for each is slow.
_ANY = UUID(int=0)
BUTTON = (
    '<button class="note-act{more}" id="{name}-{any}" form="note-acts" formaction="{url}">{label}</button>'
)
LINK = '<a class="note-act" id="{name}-{any}" href="{url}"{more}>{label}</a>'
# What is said on it, what else it has, and how it is written; buttons send, links lead to a page of their own.
ACTS = {
    "next": ("Make the next take", " note-act-next", BUTTON),
    "reply": ("Reply", "", LINK),
    "resolve": ("Resolve", "", BUTTON),
    "reopen": ("Reopen", "", BUTTON),
    "edit": ("Edit", "", LINK),
    "delete": ("Delete", "", LINK),
}


class Crew:
    """The people of a take's project, and what the one who looks may do there; one query."""

    def __init__(self, take: Take, user: User) -> None:
        self.user = user
        members = Membership.objects.filter(project=take.project_id, user__is_active=True)
        self.people = {
            one.user: one.role for one in members.select_related("user").order_by("user__username")
        }
        self.role = Role.OWNER if user.is_superuser else self.people.get(user, "")
        self.can_note = self.role in COMMENTERS
        self.can_make = self.role in MAKERS
        self.can_decide = self.role in DECIDERS

    @cached_property
    def names(self) -> set[str]:
        """The usernames, folded."""
        return {person.username.casefold() for person in self.people}

    @cached_property
    def writers(self) -> set[int]:
        """The keys of those who may write notes."""
        return {person.pk for person, role in self.people.items() if role in COMMENTERS}

    @property
    def offers(self) -> str:
        """The people as the list behind an `@` wants them, in JSON."""
        return json.dumps(
            [{"handle": one.username, "title": one.get_full_name(), "kind": "person"} for one in self.people]
        )

    def name_maker(self, job: Job) -> None:
        """Whoever made a job is mostly one of these people, and is not asked for again then."""
        if maker := next((person for person in self.people if person.pk == job.created_by_id), None):
            job.created_by = maker

    def owns(self, note: Note) -> bool:
        """Whether it is the note of the one who looks."""
        return self.can_note and note.author_id == self.user.pk

    def may_delete(self, note: Note) -> bool:
        """Authors may, and owners where the author cannot: guests, and people who write here no more."""
        if self.owns(note) or self.user.is_superuser:
            return True
        return self.role == Role.OWNER and note.author_id not in self.writers


class Line:
    """One note or reply, ready to be shown; it comes with what `threads` adds."""

    def __init__(
        self, note: Any, *, page: str, fps: float, pieces: list[Piece], acts: SafeString, is_linked: bool
    ) -> None:
        self.uuid, self.frame, self.pieces, self.acts = str(note.uuid), note.frame, pieces, acts
        self.url = f"{page}?note={note.uuid}#note-{note.uuid}"
        self.code = code_of(note, fps)
        self.who = note.author_name or note.guest_name or GONE.capitalize()
        self.initials = self.who[:2]
        self.is_deleted, self.is_edited = note.deleted_at is not None, note.edited_at is not None
        self.iso, self.day = note.created_at.isoformat(), f"{note.created_at:%d %b %H:%M} UTC"
        self.badges = [
            name
            for name, counts in (
                ("guest", note.guest_id),
                ("drawing", note.drawing),
                ("resolved", note.resolved_at),
            )
            if counts
        ]
        self.states = " ".join(
            [*(["is-resolved"] if note.resolved_at else []), *(["is-linked"] if is_linked else [])]
        )
        self.resolution = _resolution(note)
        self.answers = [] if note.parent_id else [_answer(made) for made in note.made_for_it]
        self.data = _data(note)


@dataclass(frozen=True)
class ShownThread:
    """A note and its replies."""

    first: Line
    replies: list[Line]


def shown(threads: Iterable[Thread], take: Take, crew: Crew, *, linked: UUID | None) -> list[ShownThread]:
    """The threads with everything that their lines say; one query, if any text names a handle."""
    listed = list(threads)
    assets = note_text.assets_in((note.text for thread in listed for note in thread), take)
    buttons, page = _Buttons(take, crew), take.get_absolute_url()

    def line(note: Any) -> Line:
        # Mentions by guests notify no team members, except possibly the creator of the link.
        names = set() if note.guest_id else crew.names
        pieces = note_text.cut(note.text, names, assets)
        acts, is_linked = buttons.of(note), note.uuid == linked
        return Line(note, page=page, fps=take.fps, pieces=pieces, acts=acts, is_linked=is_linked)

    return [ShownThread(line(thread.note), [line(reply) for reply in thread.replies]) for thread in listed]


def code_of(note: Note, fps: float) -> str:
    """`00:02.10`, `00:02.10–00:03.00`, or nothing for the whole take."""
    frames = [frame for frame in (note.frame, note.end_frame) if frame is not None]
    return "–".join(timecode.told(frame, fps) for frame in frames)


class _Buttons:
    """What may be done with each note of a take. A page has some hundred of them, so those that stand alike below many
    notes are put together once, for a note that is none, and each note puts its own key there."""

    def __init__(self, take: Take, crew: Crew) -> None:
        self._crew = crew
        self._stills = reverse("generation:still", args=[take.uuid, 0]).removesuffix("0.png")
        self._known: dict[tuple[str, ...], str] = {}
        self._one = cache(_button)

    def of(self, note: Note) -> SafeString:
        """The markup, the main thing first."""
        names = tuple(_acts(note, self._crew))
        if names not in self._known:
            self._known[names] = "".join(map(self._one, names))
        markup = self._known[names] + (self._still(note) if note.drawing else "")
        return SafeString(markup.replace(str(_ANY), str(note.uuid)))

    def _still(self, note: Note) -> str:
        url = f"{self._stills}{note.frame}.png?note={_ANY}"
        return LINK.format(name="still", any=_ANY, url=url, label="Save still", more=" download")


def _acts(note: Note, crew: Crew) -> Iterator[str]:
    """What the one who looks may do, by the names in `ACTS`."""
    is_root, is_open = note.parent_id is None, note.resolved_at is None
    if crew.can_make and is_root and is_open:
        yield "next"
    if crew.can_note and is_root:
        yield from ("reply", "resolve" if is_open else "reopen")
    if crew.owns(note):
        yield "edit"
    if crew.may_delete(note):
        yield "delete"


def _button(name: str) -> str:
    label, more, template = ACTS[name]
    url = reverse(f"generation:note_{name}", args=[_ANY])
    return template.format(name=name, any=_ANY, url=url, label=label, more=more)


def _resolution(note: Any) -> str:
    if note.resolved_at is None:
        return ""
    by = f" by {note.resolver_name}" if note.resolver_name else ""
    return f"Resolved{by}{f', by Take {note.resolving_number}' if note.resolving_number else ''}."


def _data(note: Note) -> SafeString:
    """What the player and the drawing board read of a note."""
    if note.deleted_at:
        return SafeString("")
    told = {
        "note": note.uuid,
        "frame": note.frame,
        "end-frame": note.end_frame,
        "drawing": json.dumps(note.drawing, separators=(",", ":")) if note.drawing else None,
        "is-resolved": "yes" if note.resolved_at else None,
    }
    return SafeString(
        "".join(f' data-{name}="{escape(str(value))}"' for name, value in told.items() if value is not None)
    )


def _answer(made: Answer) -> tuple[str, str]:
    """The take that was made for a note, or the job that is still to bring one: what to say, and where it leads."""
    if made.review is None:
        said = f"the next take: {Job.Status(made.status).label.lower()}"
        return said, reverse("generation:job", args=[made.job])
    said = f"take {made.number}, {Take.Review(made.review).label.lower()}"
    return said, _any_take().replace(str(_ANY), str(made.take))


@cache
def _any_take() -> str:
    return reverse("generation:take", args=[_ANY])
