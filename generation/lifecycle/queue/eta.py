"""What to expect of the jobs of a page, in a handful of queries however many they are."""

from collections.abc import Collection, Iterable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation.lifecycle.queue import dispatch, rate_limit
from generation.lifecycle.render_times import forecast
from generation.lifecycle.render_times.forecast import Outlook
from generation.lifecycle.render_times.measured_times import RenderTimes
from generation.models import Job, Production

Status = Job.Status
NOTHING_IS_SENT = "waits: nothing is sent to the provider at present"
PROJECT_IS_PAUSED = "waits: its project is paused"
MAKER_IS_INACTIVE = _(
    "will not be sent, because the account that queued it is deactivated. Cancel it, or retry it yourself"
)
FAR_BEHIND = f"more than {dispatch.LONGEST:,} go before it"
NEARLY = "done in a moment"


def outlooks(jobs: Iterable[Job]) -> dict[int, Outlook]:
    """The outlook of each of these jobs that is in hand, by its key."""
    in_hand = [job for job in jobs if job.is_active]
    if not in_hand:
        return {}
    renders = _renders(in_hand)
    queue = _queue([job for job in in_hand if job.status == Status.QUEUED], renders)
    return {job.pk: queue.get(job.pk) or _sent(job, renders[job.pk]) for job in in_hand}


def _renders(jobs: list[Job]) -> dict[int, float]:
    """Seconds that the render of each job is likely to take."""
    times = RenderTimes()
    return {
        job.pk: forecast.render_seconds(
            times.of(job),
            model=job.model,
            resolution=job.resolution,
            duration=job.duration,
        )
        for job in jobs
    }


def _queue(jobs: list[Job], renders: dict[int, float]) -> dict[int, Outlook]:
    if not jobs:
        return {}
    if rate_limit.is_paused():
        return {job.pk: Outlook(rests=NOTHING_IS_SENT) for job in jobs}
    places = dispatch.places(jobs)
    projects = {job.project_id for job in jobs if job.pk not in places}
    paused = set(
        Production.objects.filter(project__in=projects, paused_at__isnull=False).values_list(
            "project", flat=True
        )
    )
    makers = {job.created_by_id for job in jobs if job.pk not in places}
    inactive = set(User.objects.filter(pk__in=makers, is_active=False).values_list("pk", flat=True))
    return {
        job.pk: forecast.waiting(
            places[job.pk],
            due_in=_until(job),
            render=renders[job.pk],
            requests_per_minute=settings.SKYREELS_RPM,
        )
        if job.pk in places
        else Outlook(rests=_why_not(job, paused, inactive))
        for job in jobs
    }


def _why_not(job: Job, paused: Collection[int], inactive: Collection[int]) -> str:
    if job.created_by_id in inactive:
        return str(MAKER_IS_INACTIVE)
    return PROJECT_IS_PAUSED if job.project_id in paused else FAR_BEHIND


def _sent(job: Job, render: float) -> Outlook:
    if job.status == Status.STORING:
        return Outlook(rests=NEARLY)
    sent_at = job.submitted_at or timezone.now()
    return forecast.under_way((timezone.now() - sent_at) / timedelta(seconds=1), render=render)


def _until(job: Job) -> float:
    """Seconds until it is due; a claim that moved the moment on counts as due."""
    if job.next_step_at is None or job.lease_token:
        return 0.0
    return (job.next_step_at - timezone.now()) / timedelta(seconds=1)
