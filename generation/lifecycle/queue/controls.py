"""What people decide about jobs under way: which go first, which projects pause, which nobody waits for any more.

Nothing here changes a job's state. What was decided is a line in the story of each job that it concerns.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from generation.lifecycle.leases import log, record_event
from generation.lifecycle.queue.enqueue import NotPossible
from generation.models import Job, JobEvent, Production
from library.models import Project

Status = Job.Status

TOLD = {
    Job.Priority.REVIEW: "put it in front of the queue",
    Job.Priority.NORMAL: "put it in turn",
    Job.Priority.BULK: "put it behind what is wanted sooner",
}


def prioritise(jobs: QuerySet[Job], priority: Job.Priority, *, by: Any) -> int:
    """Put those of these jobs that still wait in another place of the queue, and say how many they were."""
    with transaction.atomic():
        others = jobs.filter(status=Status.QUEUED).exclude(priority=priority).order_by("pk")
        moved = list(others.select_for_update(of=("self",)).values_list("pk", flat=True))
        Job.objects.filter(pk__in=moved).update(priority=priority)
        _tell_all(moved, f"{by} has {TOLD[priority]}.", by=by)
    return len(moved)


def pause_project(project: Project, *, by: Any) -> bool:
    """Send nothing of this project until somebody resumes it; False when it was paused already.

    What was sent goes on, and what is queued meanwhile waits with the rest.
    """
    with transaction.atomic():
        Production.objects.get_or_create(project=project)
        running = Production.objects.filter(project=project, paused_at=None)
        if not running.update(paused_at=timezone.now(), paused_by=by):
            return False
        _tell_all(_waiting(project), f"{by} has paused the project's queue: it waits.", by=by)
    log.info("project %s paused by %s", project.pk, by)
    return True


def resume_project(project: Project, *, by: Any) -> bool:
    """Let the project's jobs be sent again, each when it is its turn; False when it was not paused."""
    with transaction.atomic():
        paused = Production.objects.filter(project=project, paused_at__isnull=False)
        if not paused.update(paused_at=None, paused_by=None):
            return False
        _tell_all(_waiting(project), f"{by} has resumed the project's queue.", by=by)
    log.info("project %s resumed by %s", project.pk, by)
    return True


def abandon(job: Job, *, by: Any) -> None:
    """Nobody waits for it any more. The provider cannot cancel, so it is fetched, kept and paid for all the same;
    its take is kept out of the way. Raises NotPossible for a job that is not under way."""
    _mark(job, by, since=timezone.now(), text=f"Abandoned by {by}: it is still fetched and kept.")


def reclaim(job: Job, *, by: Any) -> None:
    """It is wanted after all, under way or ended. Raises NotPossible when it was not abandoned."""
    _mark(job, by, since=None, text=f"{by} wants it after all.")


def _mark(job: Job, by: Any, *, since: Any, text: str) -> None:
    wanted = Job.objects.filter(pk=job.pk, abandoned_at__isnull=since is not None)
    open_to_it = wanted.filter(status__in=Status.sent) if since else wanted
    with transaction.atomic():
        if not open_to_it.update(abandoned_at=since):
            raise NotPossible(
                "Only what was sent and has not ended can be abandoned. Nothing was changed."
                if since
                else "It was not abandoned. Nothing was changed."
            )
        status = Job.objects.values_list("status", flat=True).get(pk=job.pk)
        record_event(job.pk, status, text, by=by)


def _waiting(project: Project) -> list[int]:
    return list(project.jobs.filter(status=Status.QUEUED).order_by("pk").values_list("pk", flat=True))


def _tell_all(job_ids: Sequence[int], text: str, *, by: Any) -> None:
    """The same line in the story of each of these jobs, which all wait."""
    lines = [JobEvent(job_id=job_id, status=Status.QUEUED, text=text, by=by) for job_id in job_ids]
    JobEvent.objects.bulk_create(lines, batch_size=500)
