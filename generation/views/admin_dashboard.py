"""The figures of the queue for people: the box on the admin's first page."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from generation.models import Job
from generation.supervision.metrics import figures
from generation.supervision.metrics.figures import Figures
from generation.templatetags.money import usd

Status = Job.Status
IN_HAND = {
    Status.QUEUED: "Waiting",
    Status.SUBMITTING: "Submitting",
    Status.RUNNING: "Rendering",
    Status.STORING: "Storing",
}


def with_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the admin's first page, which only staff can open."""
    return context | {"queue_figures": list(lines(figures.read()))}


def lines(read: Figures) -> Iterator[tuple[str, str]]:
    """Label and value of each figure."""
    age, overdue, ended = read.heartbeat_age, read.overdue, read.ended
    yield "Worker", "has never swept" if age is None else f"swept {duration(age)} ago"
    yield "Worker hosts", str(read.hosts)
    yield "Submits", "paused" if read.is_paused else "open"
    yield "Request budget spent", f"{read.budget_spent:.0%}"
    for status, label in IN_HAND.items():
        yield label, str(read.jobs[status])
    yield "Oldest waiting", duration(read.oldest_waiting) if read.oldest_waiting else "none"
    yield "Oldest overdue", f"job {overdue.job[:8]}, {duration(overdue.seconds)}" if overdue else "none"
    yield "Waiting for a person", str(read.wanting_a_person)
    yield "Uncertain money", usd(read.uncertain_usd)
    yield "Takes stored, last hour", str(ended.stored)
    yield "Failed, last hour", f"{ended.failed} ({ended.error_rate:.0%})"
    for code, count in sorted(ended.failures.items()):
        yield f"Failed by {code}" if code != "none" else "Failed without a code", str(count)


def duration(seconds: float) -> str:
    """Rounded down, in the largest unit that makes it at least two."""
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"
