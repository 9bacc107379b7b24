"""Response schemas in the gateway's format (skyreels-api.md, sections 1 to 3)."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from generation.api.errors import NotFound
from generation.gateway_task import TaskOut
from generation.spending_limits import Allowance, binding

UNLIMITED_USD = 99_999_999  # larger than any budget
_TASK_ID = re.compile(r"task_([0-9a-f]{32})")


class Submission(Schema):
    """An accepted request."""

    status: Literal["submitted"] = "submitted"
    task_id: str = Field(examples=["task_0b6c1f7e3a914d2c8f50e2d49a7b6c13"])


class SubmissionResponse(Schema):
    """The response to an accepted request."""

    code: Literal[200] = 200
    data: list[Submission] = Field(min_length=1, max_length=1)


class TaskResponse(Schema):
    """The response to a query."""

    code: Literal[200] = 200
    data: TaskOut


class BalanceResponse(Schema):
    """The amount that may still be spent, in US dollars."""

    success: Literal[True] = True
    remain_balance: float
    used_balance: float = Field(description="spent, and estimated for active jobs")
    unlimited_quota: bool = Field(description="there is no spending limit")

    @classmethod
    def of(cls, found: Sequence[Allowance], *, used: Decimal) -> "BalanceResponse":
        """Return what the tightest limit leaves. Without a limit, `remain_balance` is large, for clients that read only
        this field, and `used` is what the project has spent."""
        tightest = binding(found)
        return cls(
            remain_balance=float(tightest.left if tightest else UNLIMITED_USD),
            used_balance=float(tightest.used if tightest else used),
            unlimited_quota=tightest is None,
        )


def uuid_of(task_id: str) -> UUID:
    """Return the UUID of the job with a task ID. Raise NotFound for an invalid one."""
    found = _TASK_ID.fullmatch(task_id)
    if found is None:
        raise NotFound("task")
    return UUID(found[1])
