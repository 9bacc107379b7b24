"""What became of all jobs: ended, held or lost, and what was done twice that must be done once."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from generation.management.commands import storage_audit
from generation.models import Heartbeat, Job, LedgerEntry, Take
from library import storage

Status, Money = Job.Status, LedgerEntry.State
NEVER = (
    "lost",
    "submitted twice",
    "stored twice",
    "events after the end",
    "takes without file",
    "wrong in the ledger",
)
# What the ledger says of a job that has ended so.
BOOKED = {Status.SUCCEEDED: Money.SETTLED, Status.FAILED: Money.REFUNDED}


def account(asked: Iterable[str], tasks: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """The counts for the jobs of these prompts, each asked for once, beside the tasks that the provider made."""
    ended = Counter(Job.objects.values_list("status", flat=True))
    submits = Counter(str(task["idempotency_key"])[:44] for task in tasks)
    takes = Counter(Take.objects.values_list("job", flat=True))
    keys = Take.objects.values_list("key", flat=True)
    return {
        "jobs": Job.objects.count(),
        "takes": ended[Status.SUCCEEDED],
        "refused": ended[Status.FAILED],
        "held": Job.objects.filter(status=Status.HELD).exclude(hold_code="").count(),
        "lost": len(_lost(asked)),
        "submitted twice": sum(1 for count in submits.values() if count > 1),
        "stored twice": sum(1 for count in takes.values() if count > 1),
        "events after the end": sum(
            map(_events_after_the_end, Job.objects.filter(status__in=Job.Status.finished))
        ),
        "takes without file": sum(1 for key in keys if not storage.exists(key)),
        "wrong in the ledger": sum(
            1
            for status, state in Job.objects.values_list("status", "ledger__state")
            if BOOKED.get(status, state) != state
        ),
    }


def assert_all_accounted_for(found: Mapping[str, int]) -> None:
    """Each job has its take, is refused or is held with a reason, and nothing happened twice."""
    assert found["jobs"] == found["takes"] + found["refused"] + found["held"], found
    assert {never: found[never] for never in NEVER} == dict.fromkeys(NEVER, 0)


def _lost(asked: Iterable[str]) -> list[str]:
    """Of what was asked for: no job, no end that anybody is told of, or an end without its take."""
    told = Job.objects.filter(status=Status.SUCCEEDED, take__isnull=False)
    told |= Job.objects.filter(status=Status.FAILED).exclude(error_message="")
    told |= Job.objects.filter(status=Status.HELD).exclude(hold_code="")
    return sorted(set(asked) - set(told.values_list("prompt", flat=True)))


def _events_after_the_end(job: Job) -> int:
    told = list(job.events.values_list("status", flat=True))
    return len(told) - 1 - next(place for place, status in enumerate(told) if status in Job.Status.finished)


def orphans_after_the_audit() -> int:
    """Objects without a row that `storage_audit --fix` leaves, young ones included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage_audit, "AGE", timedelta(0))
        call_command("storage_audit", fix=True, stdout=StringIO())
        left = StringIO()
        call_command("storage_audit", stdout=left)
    return int(left.getvalue().rpartition("\n")[0].rpartition("\n")[2].split()[0])


def leases_lapse() -> None:
    """The time passes for which the claims of the dead hold; what waits for a later try is due too."""
    now = timezone.now()
    Job.objects.filter(next_step_at__gt=now).update(next_step_at=now)
    Heartbeat.objects.update(leased_until=now)
