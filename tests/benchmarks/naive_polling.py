"""The design that one would begin with, a queue message for each question: `bench_polling` measures it beside ours."""

import httpx
from django.conf import settings
from django.utils import timezone

from generation import gateway
from generation.models import Job


def ask(job_id: int) -> None:
    """Ask about one job as httpx's first page shows it, and write down what was said. Waiting five seconds for the
    next question is left out, which flatters it: django-q has no finer schedule than thirty."""
    job = Job.objects.get(pk=job_id)
    key = {"Authorization": f"Bearer {settings.SKYREELS_API_KEY}"}
    answer = httpx.get(f"{settings.SKYREELS_BASE_URL}/v1/tasks/{job.task_id}", headers=key, trust_env=False)
    told = answer.raise_for_status().json()["data"]
    _write(job, told["status"], told["progress"])


def ask_with_certificates_at_hand(job_id: int) -> None:
    """The same by the client of our submits, for which a process reads the certificates once."""
    job = Job.objects.get(pk=job_id)
    with gateway.client() as client:
        task = client.task(job.task_id)
    _write(job, task.status, task.progress or 0)


def _write(job: Job, status: str, progress: int) -> None:
    job.provider_status, job.progress = status, progress
    job.next_step_at = timezone.now()
    job.save(update_fields=["provider_status", "progress", "next_step_at"])
