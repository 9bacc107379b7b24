"""Webhook calls by the provider: poll the task now instead of later."""

from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone

from generation.lifecycle.leases import record_event
from generation.lifecycle.transitions import note_on_hold
from generation.models import Job
from generation.models.job_codes import Event, EventCode
from generation.models.jobs import JobQuerySet

Status = Job.Status


def handle_provider_webhook(hook_token: str) -> bool:
    """Make the running job with this token due; return False if no job has the token.

    The sweep polls several times a second, so it needs no message. A worker that is polling the task keeps its lease,
    but may get a response from before the call: `called_at` causes another poll then.
    """
    called = Job.objects.exclude(hook_token="").filter(hook_token=hook_token)
    # A guessed token costs one query and no write.
    if not called.exists():
        return False
    now = timezone.now()
    due = Case(When(lease_token="", then=now), default=F("next_step_at"))
    if not called.filter(status=Status.RUNNING).update(next_step_at=due, called_at=now):
        _record_acceptance(called)
    return True


def _record_acceptance(called: JobQuerySet) -> None:
    """Record that held jobs without a task did reach the provider, since only the provider knows the URL."""
    for job in called.filter(status=Status.HELD, task_id=""):
        with transaction.atomic():
            if note_on_hold(job.pk, called=True):
                record_event(job.pk, Status.HELD, Event(EventCode.PROVIDER_CALLED))
