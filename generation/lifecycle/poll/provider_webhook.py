"""The provider calls: its task is asked about now instead of later."""

from django.db import transaction
from django.db.models import Case, F, When
from django.utils import timezone

from generation.lifecycle.leases import record_event
from generation.models import Job
from generation.models.jobs import JobQuerySet

Status = Job.Status
TOOK_IT = "The provider has called since then: it did take this job, and its task has ended."


def called_back(hook_token: str) -> bool:
    """Make the job of this token due, if it runs; False when no job has the token.

    The sweep looks several times a second, so that nothing more is needed to wake it. Whoever is just asking keeps the
    lease, but may get an answer that is older than the call: then `called_at` has it asked about once more.
    """
    called = Job.objects.exclude(hook_token="").filter(hook_token=hook_token)
    # Strangers who guess cost a look and no write.
    if not called.exists():
        return False
    now = timezone.now()
    due = Case(When(lease_token="", then=now), default=F("next_step_at"))
    if not called.filter(status=Status.RUNNING).update(next_step_at=due, called_at=now):
        _note_that_it_was_taken(called)
    return True


def _note_that_it_was_taken(called: JobQuerySet) -> None:
    """Nobody else knows the address: a held job of which it was not known whether it arrived did arrive."""
    doubted = called.filter(status=Status.HELD, task_id="").exclude(held_reason__contains=TOOK_IT).first()
    if doubted is None:
        return
    as_read = called.filter(status=Status.HELD, held_reason=doubted.held_reason)
    with transaction.atomic():
        if as_read.update(held_reason=f"{doubted.held_reason} {TOOK_IT}"):
            record_event(doubted.pk, Status.HELD, TOOK_IT)
