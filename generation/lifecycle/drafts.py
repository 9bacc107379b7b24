"""Drafts follow the names of the library; what was queued once is history and stays as it was typed."""

from django.db import transaction

from generation.models import Job
from library import handles


@transaction.atomic
def rewrite_drafts(old: str, new: str) -> int:
    """Writes @new for @old in the prompts of all drafts, and says how many were changed."""
    changed = []
    drafts = Job.objects.select_for_update().filter(status=Job.Status.DRAFT, prompt__icontains=f"@{old}")
    for job in drafts.order_by("pk"):
        prompt = handles.replace_handles(job.prompt, {handles.fold(old): new})
        if prompt != job.prompt:
            job.prompt = prompt
            changed.append(job)
    return Job.objects.bulk_update(changed, ["prompt"], batch_size=200)
