"""Review in the JSON API: notes on takes, and verdicts."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from ninja import Query, Router, Schema, Status
from pydantic import Field

from generation.api.authentication import ApiRequest, writing
from generation.api.errors import Invalid, error_responses
from generation.api.job_schemas import Decision, ReviewState
from generation.api.pagination import Page, paginate
from generation.api.strict_json import StrictJsonSchema
from generation.models import Note, Take, Verdict
from generation.reviews import timecode
from generation.reviews.notes import notes
from generation.reviews.notes.drawings import MAX_STROKES, Stroke
from generation.reviews.verdicts import verdicts

router = Router(tags=["Review"])


class NoteIn(StrictJsonSchema):
    """A note at the time given by `frame`, `at` or `timecode`; without any of them it is about the whole take."""

    text: str = Field(min_length=1, max_length=notes.MAX_LENGTH, examples=["Her coat turns blue, @bob"])
    frame: int | None = Field(None, ge=0, le=10**7, description="counted from 0")
    at: float | None = Field(None, ge=0, le=86400, description="second")
    timecode: str | None = Field(None, max_length=20, examples=["00:02.10"], description="mm:ss.ff")
    end_frame: int | None = Field(None, ge=0, le=10**7, description="last frame of a range")
    drawing: list[Stroke] | None = Field(
        None, max_length=MAX_STROKES, description="coordinates as fractions of width and height"
    )
    parent: Annotated[UUID, Field(strict=False)] | None = Field(
        None, description="the note that starts the thread; a reply has no time"
    )

    def moment(self, take: Take) -> int | None:
        """Return the frame; None for a note on the whole take. Raise Invalid."""
        if len(self.times_given) > 1:
            raise Invalid(self.times_given[1], "Send only one of frame, at and timecode.")
        if self.at is not None:
            return timecode.frame_at(self.at, take.fps, take.times)
        if self.timecode is None:
            return self.frame
        try:
            return timecode.to_frame(self.timecode, take.fps)
        except ValueError as error:
            raise Invalid("timecode", str(error)) from None

    @property
    def times_given(self) -> list[str]:
        """The fields with a time that were sent."""
        return [name for name in ("frame", "at", "timecode") if getattr(self, name) is not None]


class NoteOut(Schema):
    """A note on a take. Frames count from 0."""

    uuid: UUID
    author: str | None = Field(description="username; null for guests and former users")
    guest: str | None = Field(description="name of a guest")
    text: str
    frame: int | None
    end_frame: int | None
    timecode: str | None = Field(examples=["00:02.10"])
    drawing: list[dict[str, Any]] | None
    parent: UUID | None = Field(description="for a reply: the note that starts the thread")
    mentions: list[str]
    created_at: datetime
    edited_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None
    resolved_by_take: UUID | None = Field(description="the approved take that resolved it")
    page: str = Field(description="URL of its page")

    @classmethod
    def of(cls, note: Note) -> "NoteOut":
        names = ("uuid", "text", "frame", "end_frame", "drawing", "created_at", "edited_at", "resolved_at")
        return cls(
            **{name: getattr(note, name) for name in names},
            author=note.author.get_username() if note.author else None,
            guest=note.guest.name if note.guest else None,
            timecode=None if note.frame is None else timecode.from_frame(note.frame, note.take.fps),
            parent=note.parent.uuid if note.parent else None,
            mentions=sorted(user.get_username() for user in note.mentions.all()),
            resolved_by=note.resolved_by.get_username() if note.resolved_by else None,
            resolved_by_take=note.resolved_by_take.uuid if note.resolved_by_take else None,
            page=f"{settings.PUBLIC_URL}{note.get_absolute_url()}",
        )


class VerdictIn(StrictJsonSchema):
    """A verdict to give."""

    decision: Decision
    reason: str = Field("", max_length=verdicts.MAX_LENGTH, description="required unless approved")


class VerdictOut(Schema):
    """A verdict and the resulting state of the take."""

    decision: Decision
    reason: str
    by: str
    at: datetime
    review: ReviewState = Field(description="state of the take")
    approvals_needed: int = Field(description="number of approvals required")

    @classmethod
    def of(cls, verdict: Verdict) -> "VerdictOut":
        return cls(
            decision=verdict.decision,
            reason=verdict.reason,
            by=str(verdict.by),
            at=verdict.at,
            review=verdict.take.review,
            approvals_needed=verdicts.approvals_needed(verdict.take.project_id),
        )


@router.get(
    "/{uuid:uuid}/notes", response={200: Page[NoteOut], **error_responses(404, 422)}, summary="List notes"
)
def list_notes(
    request: ApiRequest,
    uuid: UUID,
    cursor: Annotated[str, Query(max_length=300, description="`next` of the previous page")] = "",
) -> Page[NoteOut]:
    """The notes on a take, newest first, including replies."""
    rows = _notes_of(request.auth.take(uuid))
    items, following = paginate(rows, cursor)
    return Page(items=[NoteOut.of(note) for note in items], next=following)


@router.post(
    "/{uuid:uuid}/notes",
    auth=writing,
    response={201: NoteOut, **error_responses(400, 403, 404, 422)},
    summary="Write a note",
)
def write_note(request: ApiRequest, uuid: UUID, payload: NoteIn) -> Status[NoteOut]:
    """Adds a note or a reply. Members named by `@username` are notified."""
    take = request.auth.take_to_comment(uuid)
    strokes = [stroke.as_json() for stroke in payload.drawing] if payload.drawing is not None else None
    try:
        note = notes.write(
            take,
            text=payload.text,
            author=request.auth.user,
            frame=payload.moment(take),
            end_frame=payload.end_frame,
            drawing=strokes,
            parent=_parent(take, payload.parent),
        )
    except notes.CannotSaveNote as refusal:
        raise Invalid(_api_field(refusal.field, payload), str(refusal)) from None
    return Status(201, NoteOut.of(_notes_of(take).get(pk=note.pk)))


@router.post(
    "/{uuid:uuid}/verdict",
    auth=writing,
    response={201: VerdictOut, **error_responses(400, 403, 404, 422)},
    summary="Give a verdict",
)
def give_verdict(request: ApiRequest, uuid: UUID, payload: VerdictIn) -> Status[VerdictOut]:
    """Replaces the user's earlier verdict. Repeating the same verdict changes nothing."""
    take = request.auth.take_to_decide(uuid)
    try:
        given = verdicts.decide(take, decision=payload.decision, by=request.auth.user, reason=payload.reason)
    except verdicts.CannotDecide as refusal:
        raise Invalid(refusal.field, str(refusal)) from None
    given.take = take
    return Status(201, VerdictOut.of(given))


def _notes_of(take: Take) -> Any:
    rows = Note.objects.filter(take=take, deleted_at__isnull=True).prefetch_related("mentions")
    return rows.select_related("take", "author", "guest", "parent", "resolved_by", "resolved_by_take")


def _parent(take: Take, uuid: UUID | None) -> Note | None:
    if uuid is None:
        return None
    found = take.notes.filter(uuid=uuid, deleted_at__isnull=True).first()
    if found is None:
        raise Invalid("parent", "There is no such note on this take.")
    return found


def _api_field(field: str, payload: NoteIn) -> str:
    """Return the API's name for a field of the page."""
    return {"at": next(iter(payload.times_given), "frame"), "until": "end_frame"}.get(field, field)
