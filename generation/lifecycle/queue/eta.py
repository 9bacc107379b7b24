"""Estimated start and finish of jobs, for any number of jobs in a bounded number of queries."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.lifecycle.queue import dispatch, pause
from generation.lifecycle.render_times import forecast
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job, Production

Status = Job.Status
# A start sooner than this is not mentioned.
SOON_S = 30
# Times are rounded to one of these numbers of minutes: the forecast is no more exact than that.
ROUND_MINUTES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 75, 90, 105, 120)


class Blocked(TextChoices):
    """Why there is no estimate for a queued job."""

    GATEWAY_PAUSED = "gateway_paused", gettext_lazy("waiting: sending to the provider is paused")
    PROJECT_PAUSED = "project_paused", gettext_lazy("waiting: the project's queue is paused")
    USER_DEACTIVATED = (
        "user_deactivated",
        gettext_lazy("blocked: the account that queued it is deactivated. Cancel it, or retry it yourself"),
    )
    FAR_BACK = "far_back", gettext_lazy("waiting: far back in the queue")


@dataclass(frozen=True)
class Eta:
    """The estimate for an active job, in seconds from now; None where it is unknown.

    `ahead` is the number of jobs before it, None once it has been submitted.
    """

    blocked: Blocked | None = None
    ahead: int | None = None
    start_in: float | None = None
    finish_in: float | None = None

    @property
    def text(self) -> str:
        """Return a phrase such as "3 jobs ahead, ready in about 4 min"; empty if nothing is known."""
        if self.blocked:
            return str(self.blocked.label)
        if self.finish_in is None:
            return ""
        finish = approximate_time(self.finish_in)
        if self.ahead is None or self.start_in is None:
            overdue = self.finish_in <= 0
            return _("taking longer than usual") if overdue else _("ready in %(finish)s") % {"finish": finish}
        values = {"position": self._position(), "finish": finish}
        if self.start_in < SOON_S:
            return _("%(position)s, ready in %(finish)s") % values
        values["start"] = approximate_time(self.start_in)
        return _("%(position)s, starts in %(start)s, ready in %(finish)s") % values

    def _position(self) -> str:
        if not self.ahead:
            return _("next in the queue")
        count = number_format(self.ahead, use_l10n=True, force_grouping=True)
        return ngettext("%(count)s job ahead", "%(count)s jobs ahead", self.ahead) % {"count": count}


def approximate_time(seconds: float) -> str:
    """Return a rounded duration such as "about 4 min" or "about 3 h"."""
    minutes = seconds / 60
    if minutes < 0.75:
        return _("less than a minute")
    if minutes > ROUND_MINUTES[-1]:
        return _("about %(count)s h") % {"count": round(minutes / 60)}
    return _("about %(count)s min") % {"count": min(ROUND_MINUTES, key=lambda step: abs(step - minutes))}


def estimate_etas(jobs: Iterable[Job]) -> dict[int, Eta]:
    """Return the estimate of each of these jobs that is active, by its key."""
    active = [job for job in jobs if job.is_active]
    if not active:
        return {}
    render_times = _render_times(active)
    queued = _queued_etas([job for job in active if job.status == Status.QUEUED], render_times)
    return {job.pk: queued.get(job.pk) or _submitted_eta(job, render_times[job.pk]) for job in active}


def _render_times(jobs: list[Job]) -> dict[int, float]:
    """Return the expected render time of each job in seconds."""
    times = RenderTimes()
    return {
        job.pk: forecast.expected_render_time(
            times.of(job),
            model=job.model,
            resolution=job.resolution,
            duration=job.duration,
        )
        for job in jobs
    }


def _queued_etas(jobs: list[Job], render_times: Mapping[int, float]) -> dict[int, Eta]:
    if not jobs:
        return {}
    if pause.is_gateway_paused():
        return {job.pk: Eta(blocked=Blocked.GATEWAY_PAUSED) for job in jobs}
    positions = dispatch.queue_positions(jobs)
    blocked = _block_reasons([job for job in jobs if job.pk not in positions])
    estimated = {
        job.pk: _queued_eta(job, positions[job.pk], render_times[job.pk])
        for job in jobs
        if job.pk in positions
    }
    return estimated | {pk: Eta(blocked=reason) for pk, reason in blocked.items()}


def _block_reasons(jobs: Collection[Job]) -> dict[int, Blocked]:
    projects = {job.project_id for job in jobs}
    paused = set(
        Production.objects.filter(project__in=projects, paused_at__isnull=False).values_list(
            "project", flat=True
        )
    )
    users = {job.created_by_id for job in jobs}
    inactive = set(User.objects.filter(pk__in=users, is_active=False).values_list("pk", flat=True))
    return {job.pk: _block_reason(job, paused, inactive) for job in jobs}


def _block_reason(job: Job, paused: Collection[int], inactive: Collection[int]) -> Blocked:
    if job.created_by_id in inactive:
        return Blocked.USER_DEACTIVATED
    return Blocked.PROJECT_PAUSED if job.project_id in paused else Blocked.FAR_BACK


def _queued_eta(job: Job, ahead: int, render_time: float) -> Eta:
    rpm = settings.SKYREELS_RPM
    start = forecast.seconds_to_start(ahead, due_in=_seconds_until_due(job), requests_per_minute=rpm)
    finish = start + forecast.seconds_to_finish(0, render_time=render_time)
    return Eta(ahead=ahead, start_in=start, finish_in=finish)


def _submitted_eta(job: Job, render_time: float) -> Eta:
    if job.status == Status.STORING:
        return Eta(finish_in=forecast.STORING_S)
    elapsed = (timezone.now() - (job.submitted_at or timezone.now())) / timedelta(seconds=1)
    return Eta(finish_in=forecast.seconds_to_finish(elapsed, render_time=render_time))


def _seconds_until_due(job: Job) -> float:
    """Return the seconds until the job is due; 0 while a worker holds it, which has moved `next_step_at` ahead."""
    if job.next_step_at is None or job.lease_token:
        return 0.0
    return (job.next_step_at - timezone.now()) / timedelta(seconds=1)
