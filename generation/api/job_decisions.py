"""Decisions of API clients about jobs that are held or late."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from generation.api.errors import ApiError, Conflict, Invalid
from generation.api.job_payload import queue_error
from generation.api.strict_json import StrictJsonSchema
from generation.lifecycle import CannotQueue, NotPossible
from generation.lifecycle.held import resolve
from generation.models import Job


class Decision(StrictJsonSchema):
    """The decision about a job."""

    action: Literal["attach", "ask", "send", "write_off"] = Field(
        description="`attach`: continue with the provider's task `task_id`. `ask`: query the provider again, without "
        "any risk of paying twice. `send`: submit the request again as a new job, which may be charged twice. "
        "`write_off`: give up; `paid` says whether the money is lost"
    )
    task_id: str = Field("", max_length=200, description="the provider's task, for `attach`")
    paid: bool | None = Field(None, description="for `write_off`: whether the provider keeps the price")


def apply_decision(job: Job, decision: Decision, *, by: Any) -> Job:
    """Return the job that continues: for `send` the new one. Raise ApiError; then nothing was changed."""
    try:
        return DECISIONS[decision.action](job, decision, by)
    except resolve.NotThatTask as refusal:
        raise Invalid("task_id", str(refusal)) from None
    except NotPossible as refusal:
        raise _conflict(refusal) from None
    except CannotQueue as refusal:
        raise queue_error(refusal) from None


def _conflict(refusal: NotPossible) -> ApiError:
    codes = {resolve.NothingToDecide: "not_held", resolve.NoAnswer: "provider_unavailable"}
    return Conflict(codes.get(type(refusal), "not_possible"), str(refusal))


def _attach(job: Job, decision: Decision, by: Any) -> Job:
    resolve.attach(job, decision.task_id, by=by)
    return job


def _ask(job: Job, decision: Decision, by: Any) -> Job:
    resolve.requery(job, by=by)
    return job


def _send(job: Job, decision: Decision, by: Any) -> Job:
    return resolve.resubmit(job, by=by)


def _write_off(job: Job, decision: Decision, by: Any) -> Job:
    if decision.paid is None:
        raise Invalid("paid", "paid: true or false is required: whether the provider keeps the price.")
    resolve.write_off(job, by=by, paid=decision.paid)
    return job


DECISIONS: dict[str, Callable[[Job, Decision, Any], Job]] = {
    "attach": _attach,
    "ask": _ask,
    "send": _send,
    "write_off": _write_off,
}
