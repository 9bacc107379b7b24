"""Why a job needs attention, and what a user can do about it, read from the row alone."""

from decimal import Decimal
from enum import StrEnum

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generation import gateway
from generation.lifecycle.submit.submission import KEY_LIFE
from generation.models import Job


class AttentionReason(TextChoices):
    """Reasons why a job needs a decision, the most urgent first."""

    SENT = "sent", _("Submission unclear")
    TASK = "task", _("Task lost")
    VIDEO = "video", _("Download failed")
    LATE = "late", _("Late")
    UNSENT = "unsent", _("Not sent")


class Action(StrEnum):
    """Decisions that a user can make. The values are those of the API."""

    ATTACH = "attach"
    REQUERY = "ask"
    RESUBMIT = "send"
    WRITE_OFF = "write_off"


def attention_reason(job: Job) -> AttentionReason | None:
    """Return why the job needs attention, None if it does not."""
    if job.status == Job.Status.RUNNING and job.late_at:
        return AttentionReason.LATE
    if job.status != Job.Status.HELD:
        return None
    if not job.task_id:
        return AttentionReason.SENT if job.frozen_at else AttentionReason.UNSENT
    return AttentionReason.VIDEO if job.result_url else AttentionReason.TASK


def available_actions(job: Job, *, is_resubmitted: bool = False) -> list[Action]:
    """Return what can be done in the job's current state. `is_resubmitted`: a second job exists for its request."""
    reason = attention_reason(job)
    if reason is None:
        return []
    is_possible = {
        Action.REQUERY: _can_requery(job, reason),
        Action.ATTACH: reason is AttentionReason.SENT and is_of_current_provider(job),
        Action.RESUBMIT: reason not in (AttentionReason.LATE, AttentionReason.UNSENT) and not is_resubmitted,
        Action.WRITE_OFF: True,
    }
    return [action for action, possible in is_possible.items() if possible]


def _can_requery(job: Job, reason: AttentionReason) -> bool:
    if reason is AttentionReason.SENT:
        return can_repeat(job)
    return reason is AttentionReason.UNSENT or is_of_current_provider(job)


def usd_at_risk(job: Job) -> Decimal:
    """Return the US dollars that are lost, or may be. A late render may still result in a take."""
    if attention_reason(job) in (None, AttentionReason.LATE, AttentionReason.UNSENT):
        return Decimal(0)
    return job.estimate_usd if job.cost_usd is None else job.cost_usd


def can_repeat(job: Job) -> bool:
    """Return whether the same bytes with the same key can be sent again without paying twice."""
    is_young = job.frozen_at is not None and timezone.now() - job.frozen_at < KEY_LIFE
    return (
        settings.SKYREELS_IDEMPOTENT and bool(job.request_body) and is_young and is_of_current_provider(job)
    )


def is_of_current_provider(job: Job) -> bool:
    """Return whether the job went to the configured provider; no other is ever queried."""
    return gateway.is_of_present(job.provider, job.base_url)
