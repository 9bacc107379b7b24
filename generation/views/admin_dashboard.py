"""The figures of the queue on the start page of the admin."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation.models import Job
from generation.supervision.metrics import figures
from generation.supervision.metrics.figures import Figures
from generation.templatetags.money import usd

Status = Job.Status
JOB_LABELS = {
    Status.QUEUED: gettext_lazy("Jobs queued"),
    Status.SUBMITTING: gettext_lazy("Jobs submitting"),
    Status.RUNNING: gettext_lazy("Jobs rendering"),
    Status.STORING: gettext_lazy("Jobs storing"),
}


class Row(NamedTuple):
    """A figure with its label."""

    code: str
    label: str
    value: str


def add_figures(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of the admin's start page with the figures."""
    return context | {"queue_figures": list(rows(figures.read()))}


def rows(current: Figures) -> Iterator[Row]:
    """Yield the figures in the order in which they are shown."""
    none = _("none")
    yield Row("last_sweep", _("Last sweep"), _ago(current.heartbeat_age))
    yield Row("hosts", _("Worker hosts"), str(current.hosts))
    sending = _("paused") if current.is_paused else _("active")
    yield Row("sending", _("Sending to the provider"), sending)
    yield Row("request_budget", _("Request budget used"), f"{current.budget_spent:.0%}")
    for status, label in JOB_LABELS.items():
        yield Row(status.value, str(label), str(current.jobs[status]))
    waiting = duration(current.oldest_waiting) if current.oldest_waiting else none
    yield Row("longest_waiting", _("Longest waiting"), waiting)
    yield Row("longest_overdue", _("Longest overdue"), _overdue(current) or none)
    yield Row("needs_attention", _("Jobs that need attention"), str(current.needs_attention))
    yield Row("uncertain_usd", _("Uncertain amount"), usd(current.uncertain_usd))
    yield from _last_hour(current)


def _last_hour(current: Figures) -> Iterator[Row]:
    ended = current.ended
    yield Row("stored", _("Takes stored in the last hour"), str(ended.stored))
    yield Row("failed", _("Jobs failed in the last hour"), f"{ended.failed} ({ended.error_rate:.0%})")
    for code, count in sorted(ended.failures.items()):
        yield Row(f"failed_{code}", _failure_label(code), str(count))


def duration(seconds: float) -> str:
    """Return a duration, rounded down, in the largest unit of which it has at least two."""
    for size, text in ((3600, _("%(count)s h")), (60, _("%(count)s min"))):
        if seconds >= 2 * size:
            return text % {"count": int(seconds // size)}
    return _("%(count)s s") % {"count": round(seconds)}


def _ago(seconds: float | None) -> str:
    return _("never") if seconds is None else _("%(duration)s ago") % {"duration": duration(seconds)}


def _overdue(current: Figures) -> str:
    if not (overdue := current.overdue):
        return ""
    values = {"job": overdue.job[:8], "duration": duration(overdue.seconds)}
    return _("job %(job)s, %(duration)s") % values


def _failure_label(code: str) -> str:
    return _("Failed without a code") if code == "none" else _("Failed: %(code)s") % {"code": code}
