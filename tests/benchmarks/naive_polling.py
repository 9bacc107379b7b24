"""The design that one would begin with, a queue message for each question: `bench_polling` measures it beside ours."""

from django.utils import timezone

from generation import gateway
from generation.models import Job


def ask(job_id: int) -> None:
    """Ask about one job and write down what was said. Waiting five seconds for the next question is left out, which
    flatters it: django-q has no finer schedule than thirty."""
    job = Job.objects.get(pk=job_id)
    with gateway.client() as client:
        task = client.task(job.task_id)
    job.provider_status, job.progress = task.status, task.progress or 0
    job.next_step_at = timezone.now()
    job.save(update_fields=["provider_status", "progress", "next_step_at"])
