"""Responses of the gateway (skyreels-api.md sections 1, 2 and 3).

Its documentation is contradictory, so unreadable fields are left empty: a response about a paid video is never
discarded because of one invalid field.
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from generation.skyreels.clean_text import read_text

_COMPLETED = {"completed", "succeeded", "success"}
_FAILED = {"failed", "fail", "error"}
_CANCELLED = {"cancelled", "canceled"}
_DIGITS = 30  # of any valid amount or time; arithmetic on larger ones may overflow
_MILLISECONDS_FROM = 100_000_000_000  # as seconds this would be the year 5138
MAX_COST_USD = 100_000  # more than any render costs, and it fits the ledger
MAX_TASK_ID_LENGTH = 180  # characters; longer IDs cannot be stored


class TaskState(StrEnum):
    """The meaning of a task's raw status; unknown ones are pending."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_terminal(self) -> bool:
        return self is not TaskState.PENDING


def read_decimal(value: object) -> Decimal | None:
    """Return a finite number, or the text of one, as an exact decimal; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _DIGITS else None


def read_moment(value: object) -> datetime | None:
    """Parse Unix seconds (or milliseconds) or ISO text as an aware datetime in UTC; None when invalid."""
    number = read_decimal(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(
                float(number / 1000 if number > _MILLISECONDS_FROM else number), UTC
            )
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is None:
            return None
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _read_progress(value: object) -> int | None:
    number = read_decimal(value.rstrip("% ") if isinstance(value, str) else value)
    return None if number is None else int(max(Decimal(0), min(Decimal(100), number)))


def _read_seconds(value: object) -> float | None:
    number = read_decimal(value)
    seconds = float(number) if number is not None and number >= 0 else None
    return seconds if seconds is not None and math.isfinite(seconds) else None


def _read_cost(value: object) -> Decimal | None:
    """Return the US dollars of a plausible cost; None otherwise."""
    number = read_decimal(value)
    return number if number is not None and 0 <= number < MAX_COST_USD else None


def find_url(node: object, *, depth: int = 4) -> str | None:
    """Return the first URL under `url`, `video_url` or `videos`, which may be text, a list or an object."""
    if isinstance(node, str):
        is_url = node.lower().startswith(("http://", "https://"))
        return node if is_url and node.isprintable() else None
    if depth == 0:
        return None
    if isinstance(node, Mapping):
        node = [node.get(name) for name in ("videos", "url", "video_url")]
    if isinstance(node, list):
        return next((url for part in node if (url := find_url(part, depth=depth - 1))), None)
    return None


class TaskError(BaseModel):
    """Why a task failed; `code` is text even where the gateway sends a number, and may be empty."""

    code: str = ""
    message: str = ""


def _read_error(value: object) -> TaskError | None:
    if isinstance(value, TaskError):
        return value
    if isinstance(value, Mapping):
        message = read_text(value.get("message")) or read_text(value.get("type"))
        error = TaskError(code=read_text(value.get("code")), message=message)
    else:
        error = TaskError(message=read_text(value))
    return error if error.code or error.message else None


class Task(BaseModel):
    """The response to a query. `completed` without a readable `video_url` is not success yet.

    `status` is raw, `state` is its meaning; `cost` is in USD; times are in seconds; `expires_at` is in UTC, None when
    the response has none (then assume `ASSUMED_RESULT_LIFETIME`). Never derive the state from
    `progress`.
    """

    model_config = ConfigDict(extra="allow")

    id: Annotated[str, BeforeValidator(read_text)] = ""
    status: Annotated[str, BeforeValidator(read_text)] = ""
    progress: Annotated[int | None, BeforeValidator(_read_progress)] = None
    cost: Annotated[Decimal | None, BeforeValidator(_read_cost)] = None
    video_url: Annotated[str | None, BeforeValidator(find_url)] = None
    expires_at: Annotated[datetime | None, BeforeValidator(read_moment)] = None
    error: Annotated[TaskError | None, BeforeValidator(_read_error)] = None
    created: Annotated[datetime | None, BeforeValidator(read_moment)] = None
    completed: Annotated[datetime | None, BeforeValidator(read_moment)] = None
    actual_time: Annotated[float | None, BeforeValidator(_read_seconds)] = None
    estimated_time: Annotated[float | None, BeforeValidator(_read_seconds)] = None

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: object) -> object:
        """Move the video out of `result`, and derive a missing cost from the credits."""
        if not isinstance(data, Mapping):
            return data
        credits = read_decimal(data.get("credits_cost"))
        cost = _read_cost(data.get("cost"))
        return {
            # Pydantic rejects names with lone surrogates.
            **{name: value for name, value in data.items() if name.isprintable()},
            "id": data.get("id") or data.get("task_id"),
            "video_url": find_url(data.get("result")) or data.get("video_url"),
            "expires_at": _find_expiry(data.get("result")) or data.get("expires_at"),
            "cost": credits / 10 if cost is None and credits is not None else cost,
        }

    @property
    def state(self) -> TaskState:
        """Return the meaning of the raw status; an unknown one means "keep polling"."""
        word = self.status.lower()
        if word in _COMPLETED:
            return TaskState.COMPLETED
        if word in _FAILED:
            return TaskState.FAILED
        return TaskState.CANCELLED if word in _CANCELLED else TaskState.PENDING

    @classmethod
    def read(cls, payload: object) -> Self | None:
        """Return the task in a response or webhook body, bare or in `data`; None when there is none."""
        data = _unwrap(payload)
        if data is None or not read_text(data.get("status")):
            return None
        return cls.model_validate(data)


class Submitted(BaseModel):
    """The gateway accepted the request. `replayed`: it had accepted it before and did nothing."""

    model_config = ConfigDict(frozen=True)

    task_id: str = Field(min_length=1)
    replayed: bool = False


class Balance(BaseModel):
    """The balance of the account in USD; None for missing fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    remain_balance: Annotated[Decimal | None, BeforeValidator(read_decimal)] = None
    used_balance: Annotated[Decimal | None, BeforeValidator(read_decimal)] = None
    unlimited_quota: Annotated[bool, BeforeValidator(lambda value: value is True)] = False


def find_task_id(payload: object) -> str | None:
    """Return the ID in the response to a submit, `task_id` or `id`, in a list or an object; or None."""
    data = _unwrap(payload)
    if data is None or data.get("error"):
        return None
    return read_id(data.get("task_id")) or read_id(data.get("id"))


def read_id(value: object) -> str | None:
    """Return a task's ID as text; None for an invalid one, and for one that is too long to store."""
    text = read_text(value)
    return text if 0 < len(text) <= MAX_TASK_ID_LENGTH else None


def _unwrap(payload: object) -> Mapping[str, object] | None:
    inner = payload.get("data", payload) if isinstance(payload, Mapping) else payload
    if isinstance(inner, list):
        inner = inner[0] if inner else None
    return inner if isinstance(inner, Mapping) else None


def _find_expiry(result: object) -> object:
    videos = result.get("videos") if isinstance(result, Mapping) else None
    first = videos[0] if isinstance(videos, list) and videos else videos
    for holder in (first, result):
        if isinstance(holder, Mapping) and holder.get("expires_at"):
            return holder["expires_at"]
    return None
