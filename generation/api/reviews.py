"""Review over the JSON API: notes on a take, and verdicts."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.conf import settings
from ninja import Query, Router, Schema, Status
from pydantic import Field

from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Invalid, answers
from generation.api.job_schemas import ReviewState
from generation.api.pagination import Listed, piece_of
from generation.api.strict_json import AskedInJson
from generation.models import Note, Take, Verdict
from generation.reviews import timecode
from generation.reviews.notes import notes
from generation.reviews.notes.drawings import MAX_STROKES, Stroke
from generation.reviews.verdicts import verdicts

router = Router(tags=["Review"])

Decision = Literal["approved", "changes", "rejected"]


class NoteWish(AskedInJson):
    """A note at a moment, which is told by one of `frame`, `at` and `timecode`; without one it is on the whole take."""

    text: str = Field(min_length=1, max_length=notes.MAX_LETTERS, examples=["Her coat turns blue, @bob"])
    frame: int | None = Field(None, ge=0, le=10**7, description="counted from 0")
    at: float | None = Field(None, ge=0, le=86400, description="second")
    timecode: str | None = Field(None, max_length=20, examples=["00:02.10"], description="mm:ss.ff")
    end_frame: int | None = Field(None, ge=0, le=10**7, description="the last one of a range")
    drawing: list[Stroke] | None = Field(
        None, max_length=MAX_STROKES, description="places as parts of width and height"
    )
    parent: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="the note that begins the thread; a reply has no moment of its own"
    )

    def moment(self, take: Take) -> int | None:
        """The frame. Raises Invalid."""
        if len(self.told) > 1:
            raise Invalid(self.told[1], "Give one of frame, at and timecode.")
        if self.at is not None:
            return timecode.frame_at(self.at, take.fps, take.times)
        if self.timecode is None:
            return self.frame
        try:
            return timecode.read(self.timecode, take.fps)
        except ValueError as error:
            raise Invalid("timecode", str(error)) from None

    @property
    def told(self) -> list[str]:
        """Which of the three ways to tell a moment are used."""
        return [name for name in ("frame", "at", "timecode") if getattr(self, name) is not None]


class NoteShape(Schema):
    """What somebody said of a take. Frames count from 0."""

    uuid: UUID
    author: str | None = Field(description="username; null for a guest, or somebody who has left")
    guest: str | None = Field(description="the name of a guest without an account")
    text: str
    frame: int | None
    end_frame: int | None
    timecode: str | None = Field(examples=["00:02.10"])
    drawing: list[dict[str, Any]] | None
    parent: UUID | None = Field(description="of a reply: the note that begins the thread")
    mentions: list[str]
    created_at: datetime
    edited_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_by_take: UUID | None = Field(description="the approved take that answers it")
    page: str = Field(description="where people look at it")

    @classmethod
    def of(cls, note: Note) -> "NoteShape":
        names = ("uuid", "text", "frame", "end_frame", "drawing", "created_at", "edited_at", "resolved_at")
        return cls(
            **{name: getattr(note, name) for name in names},
            author=note.author.get_username() if note.author else None,
            guest=note.guest.name if note.guest else None,
            timecode=None if note.frame is None else timecode.told(note.frame, note.take.fps),
            parent=note.parent.uuid if note.parent else None,
            mentions=sorted(person.get_username() for person in note.mentions.all()),
            resolved_by=note.resolved_by.get_username() if note.resolved_by else None,
            resolved_by_take=note.resolved_by_take.uuid if note.resolved_by_take else None,
            page=f"{settings.PUBLIC_URL}{note.get_absolute_url()}",
        )


class VerdictWish(AskedInJson):
    """What this token's person decides."""

    decision: Decision
    reason: str = Field("", max_length=verdicts.MAX_LETTERS, description="needed unless it is approved")


class VerdictShape(Schema):
    """A verdict, and what all of them come to."""

    decision: Decision
    reason: str
    by: str
    at: datetime
    review: ReviewState = Field(description="where the take stands now")
    approvals_needed: int = Field(description="how many people have to approve")

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictShape":
        return cls(
            decision=cast(Decision, verdict.decision),
            reason=verdict.reason,
            by=str(verdict.by),
            at=verdict.at,
            review=cast(ReviewState, verdict.take.review),
            approvals_needed=verdicts.approvals_needed(verdict.take.project_id),
        )


@router.get(
    "/{uuid:uuid}/notes", response={200: Listed[NoteShape], **answers(404, 422)}, summary="List notes"
)
def list_notes(
    request: ApiRequest,
    uuid: UUID,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the piece before")] = "",
) -> Listed[NoteShape]:
    """What was said of a take, the newest first, replies among them."""
    rows = _for_shape(request.auth.take(uuid))
    items, following = piece_of(rows, cursor)
    return Listed(items=[NoteShape.of(note) for note in items], next=following)


@router.post(
    "/{uuid:uuid}/notes",
    auth=writing,
    response={201: NoteShape, **answers(400, 403, 404, 422)},
    summary="Write a note",
)
def write_note(request: ApiRequest, uuid: UUID, wish: NoteWish) -> Status[NoteShape]:
    """A note, or a reply to one. Members whom `@username` names are told."""
    take = request.auth.take_to_comment(uuid)
    strokes = [stroke.told() for stroke in wish.drawing] if wish.drawing is not None else None
    try:
        note = notes.write(
            take,
            text=wish.text,
            author=request.auth.user,
            frame=wish.moment(take),
            end_frame=wish.end_frame,
            drawing=strokes,
            parent=_parent(take, wish.parent),
        )
    except notes.CannotNote as refusal:
        raise Invalid(_named(refusal.field, wish), str(refusal)) from None
    return Status(201, NoteShape.of(_for_shape(take).get(pk=note.pk)))


@router.post(
    "/{uuid:uuid}/verdict",
    auth=writing,
    response={201: VerdictShape, **answers(400, 403, 404, 422)},
    summary="Give a verdict",
)
def give_verdict(request: ApiRequest, uuid: UUID, wish: VerdictWish) -> Status[VerdictShape]:
    """It counts instead of the person's earlier one; the same given again is the one given before."""
    take = request.auth.take_to_decide(uuid)
    try:
        given = verdicts.decide(take, decision=wish.decision, by=request.auth.user, reason=wish.reason)
    except verdicts.CannotDecide as refusal:
        raise Invalid(refusal.field, str(refusal)) from None
    given.take = take
    return Status(201, VerdictShape.of(given))


def _for_shape(take: Take) -> Any:
    rows = Note.objects.filter(take=take, deleted_at__isnull=True).prefetch_related("mentions")
    return rows.select_related("take", "author", "guest", "parent", "resolved_by", "resolved_by_take")


def _parent(take: Take, uuid: UUID | None) -> Note | None:
    if uuid is None:
        return None
    found = take.notes.filter(uuid=uuid, deleted_at__isnull=True).first()
    if found is None:
        raise Invalid("parent", "There is no such note on this take.")
    return found


def _named(field: str, wish: NoteWish) -> str:
    """The page's name of a field in the words of a call."""
    return {"at": next(iter(wish.told), "frame"), "until": "end_frame"}.get(field, field)
