"""Held jobs for tests, and what the sandbox knows of them."""

from django.utils import timezone

from generation.models import Job
from generation.models.job_codes import HoldCode
from tests import factories

Status = Job.Status


def fresh(job):
    return Job.objects.select_related("ledger", "project").get(pk=job.pk)


def tasks_of(sandbox, job):
    return [task for task in sandbox.tasks() if str(job.uuid) in (task["idempotency_key"] or "")]


def held(alice, project, **fields):
    """A bare held job, as if it had gone to the present provider."""
    values = {
        "provider": "sandbox",
        "frozen_at": timezone.now(),
        "hold_code": HoldCode.SUBMIT_INTERRUPTED,
    } | fields
    return factories.job(alice, project, status=Status.HELD, **values)
