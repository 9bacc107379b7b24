"""Controls for active jobs: priorities, paused projects and abandoned jobs.

Nothing here changes a job's status. Each decision is recorded in the log of every job that it affects.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.lifecycle.leases import log, record_event
from generation.lifecycle.queue.enqueue import NotPossible
from generation.models import Job, JobEvent, Production
from generation.models.job_codes import Event, EventCode
from library.models import Project

Status = Job.Status
PRIORITY_EVENTS = {
    Job.Priority.REVIEW: EventCode.PRIORITY_HIGH,
    Job.Priority.NORMAL: EventCode.PRIORITY_NORMAL,
    Job.Priority.BULK: EventCode.PRIORITY_LOW,
}


def prioritise(jobs: QuerySet[Job], priority: Job.Priority, *, by: Any) -> int:
    """Change the priority of those of these jobs that are queued; return how many were changed."""
    with transaction.atomic():
        others = jobs.filter(status=Status.QUEUED).exclude(priority=priority).order_by("pk")
        moved = list(others.select_for_update(of=("self",)).values_list("pk", flat=True))
        Job.objects.filter(pk__in=moved).update(priority=priority)
        _record_for_each(moved, PRIORITY_EVENTS[priority], by=by)
    return len(moved)


def pause_project(project: Project, *, by: Any) -> bool:
    """Submit no more jobs of this project until it is resumed; return False if it was already paused.

    Submitted jobs continue, and jobs can still be queued.
    """
    with transaction.atomic():
        Production.objects.get_or_create(project=project)
        running = Production.objects.filter(project=project, paused_at=None)
        if not running.update(paused_at=timezone.now(), paused_by=by):
            return False
        _record_for_each(_queued_jobs(project), EventCode.QUEUE_PAUSED, by=by)
    log.info("project %s paused by %s", project.pk, by)
    return True


def resume_project(project: Project, *, by: Any) -> bool:
    """Submit the project's jobs again, in their order; return False if it was not paused."""
    with transaction.atomic():
        paused = Production.objects.filter(project=project, paused_at__isnull=False)
        if not paused.update(paused_at=None, paused_by=None):
            return False
        _record_for_each(_queued_jobs(project), EventCode.QUEUE_RESUMED, by=by)
    log.info("project %s resumed by %s", project.pk, by)
    return True


def abandon(job: Job, *, by: Any) -> None:
    """Mark a submitted job as no longer wanted, which hides its take. Raise NotPossible for other jobs.

    The provider cannot cancel, so the result is downloaded, stored and paid for as usual.
    """
    _set_abandoned(job, timezone.now(), by=by)


def restore(job: Job, *, by: Any) -> None:
    """Undo `abandon`, also after the job has ended. Raise NotPossible if it was not abandoned."""
    _set_abandoned(job, None, by=by)


def _set_abandoned(job: Job, moment: datetime | None, *, by: Any) -> None:
    jobs = Job.objects.filter(pk=job.pk, abandoned_at__isnull=moment is not None)
    if moment:
        jobs = jobs.filter(status__in=Status.sent)
    with transaction.atomic():
        if not jobs.update(abandoned_at=moment):
            raise NotPossible(
                _("Only jobs that have been sent and have not ended can be abandoned. Nothing was changed.")
                if moment
                else _("This job was not abandoned. Nothing was changed.")
            )
        status = Job.objects.values_list("status", flat=True).get(pk=job.pk)
        code = EventCode.ABANDONED if moment else EventCode.RESTORED
        record_event(job.pk, status, Event(code, {"by": str(by)}), by=by)


def _queued_jobs(project: Project) -> list[int]:
    return list(project.jobs.filter(status=Status.QUEUED).order_by("pk").values_list("pk", flat=True))


def _record_for_each(job_ids: Sequence[int], code: EventCode, *, by: Any) -> None:
    """Add the same event to the log of each of these queued jobs."""
    data = {"by": str(by)}
    events = [JobEvent(job_id=pk, status=Status.QUEUED, code=code, data=data, by=by) for pk in job_ids]
    JobEvent.objects.bulk_create(events, batch_size=500)
