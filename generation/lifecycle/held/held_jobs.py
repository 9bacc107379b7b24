"""What is in doubt about a job that wants a person, and what that person can do: read from the row alone."""

from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone

from generation import gateway
from generation.lifecycle.submit.submission import KEY_LIFE
from generation.models import Job


class Doubt(TextChoices):
    """What happened, as far as it is known here."""

    SENT = "sent", "Perhaps sent"
    TASK = "task", "Lost from sight"
    VIDEO = "video", "Rendered, not brought home"
    LATE = "late", "Late"
    UNSENT = "unsent", "Not sent"


class Way(StrEnum):
    """What a person can do about it."""

    ATTACH = "attach"
    ASK = "ask"
    SEND = "send"
    WRITE_OFF = "write_off"


def doubt_of(job: Job) -> Doubt | None:
    """Why the job wants a person, None when it does not."""
    if job.status == Job.Status.RUNNING and job.late_at:
        return Doubt.LATE
    if job.status != Job.Status.HELD:
        return None
    if not job.task_id:
        return Doubt.SENT if job.frozen_at else Doubt.UNSENT
    return Doubt.VIDEO if job.result_url else Doubt.TASK


def ways_of(job: Job, *, sent_again: bool = False) -> list[Way]:
    """What makes sense in the job's present state. `sent_again`: a second job was made for it already."""
    doubt = doubt_of(job)
    if doubt is None:
        return []
    may = {
        Way.ASK: _can_ask(job, doubt),
        Way.ATTACH: doubt is Doubt.SENT and is_here(job),
        Way.SEND: doubt not in (Doubt.LATE, Doubt.UNSENT) and not sent_again,
        Way.WRITE_OFF: True,
    }
    return [way for way, fits in may.items() if fits]


def _can_ask(job: Job, doubt: Doubt) -> bool:
    if doubt is Doubt.SENT:
        return can_repeat(job)
    return doubt is Doubt.UNSENT or is_here(job)


def at_risk(job: Job) -> Decimal:
    """US dollars that are paid for nothing, or may be, as it stands. A late render is paid for when it comes."""
    if doubt_of(job) in (None, Doubt.LATE, Doubt.UNSENT):
        return Decimal(0)
    return job.estimate_usd if job.cost_usd is None else job.cost_usd


def can_repeat(job: Job) -> bool:
    """Whether the same bytes with the same key can be sent again without paying twice."""
    is_young = job.frozen_at is not None and timezone.now() - job.frozen_at < KEY_LIFE
    return settings.SKYREELS_IDEMPOTENT and bool(job.request_body) and is_young and is_here(job)


def is_here(job: Job) -> bool:
    """Whether the job went to the provider that is configured now; no other is ever asked."""
    return gateway.is_of_present(job.provider, job.base_url)
