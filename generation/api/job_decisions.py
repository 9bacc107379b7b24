"""What a program decides, in a person's name, about a job that is held or late."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field

from generation.api.errors import ApiError, Conflict, Invalid
from generation.api.job_payload import refused
from generation.api.strict_json import AskedInJson
from generation.lifecycle import CannotQueue, NotPossible
from generation.lifecycle.held import resolve
from generation.models import Job


class Decision(AskedInJson):
    """What is to become of it."""

    action: Literal["attach", "ask", "send", "write_off"] = Field(
        description="`attach`: go on with the provider's task `task_id`. `ask`: ask the provider again, without any "
        "risk of paying twice. `send`: send the request again as a new job, which may be paid a second time. "
        "`write_off`: give it up; `paid` says whether the money is lost"
    )
    task_id: str = Field("", max_length=200, description="the provider's, for `attach`")
    paid: bool | None = Field(None, description="for `write_off`: whether the provider keeps the price")


def carry_out(job: Job, decision: Decision, *, by: Any) -> Job:
    """The job that goes on: with `send` the new one. Raises ApiError; then nothing was changed."""
    try:
        return DECISIONS[decision.action](job, decision, by)
    except resolve.NotThatTask as refusal:
        raise Invalid("task_id", str(refusal)) from None
    except NotPossible as refusal:
        raise _conflict(refusal) from None
    except CannotQueue as refusal:
        raise refused(refusal) from None


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
        raise Invalid("paid", "paid: say whether the provider keeps the price, true or false.")
    resolve.write_off(job, by=by, paid=decision.paid)
    return job


DECISIONS: dict[str, Callable[[Job, Decision, Any], Job]] = {
    "attach": _attach,
    "ask": _ask,
    "send": _send,
    "write_off": _write_off,
}
