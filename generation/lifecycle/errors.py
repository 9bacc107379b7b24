"""Errors for requests that were refused. Each is raised before anything is written."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from generation.composition import Problem, ProblemCode, message_of, problem
from generation.spending_limits import Limit


class CannotQueue(Exception):
    """Nothing was created, sent or charged. `problems` lists each reason with its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(map(message_of, problems)))
        self.problems = list(problems)


class OverLimit(CannotQueue):
    """The cost exceeds what one of the limits leaves."""

    def __init__(self, limit: Limit, message: str) -> None:
        super().__init__([problem(ProblemCode.OVER_LIMIT, "budget", message=message)])
        self.limit = limit


class TooManyJobs(CannotQueue):
    """The user has queued too many jobs in the last hour. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__([problem(ProblemCode.TOO_MANY_JOBS, "jobs", message=message)])
        self.retry_after = retry_after


class MayNotMake(PermissionDenied):
    """The user may not create takes in the project: not a member, a viewer, or deactivated."""


class NotPossible(Exception):
    """The action does not apply to the job's current state; nothing was changed."""
