"""Why nothing was queued or changed. Each is raised before anything is written."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied

from generation.composition import Problem
from generation.limits import Limit


class CannotQueue(Exception):
    """Nothing was made, sent or charged. `problems` names each reason and its field."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = list(problems)


class OverLimit(CannotQueue):
    """It would cost more than one of the limits leaves."""

    def __init__(self, limit: Limit, message: str) -> None:
        super().__init__([Problem("budget", message)])
        self.limit = limit


class TooManyJobs(CannotQueue):
    """The user has queued too many jobs in the last hour. `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__([Problem("jobs", message)])
        self.retry_after = retry_after


class MayNotMake(PermissionDenied):
    """The user may not make things in the project: not a member, a member who only looks, or deactivated."""


class NotPossible(Exception):
    """What was asked for does not fit the job's state; nothing was changed."""
