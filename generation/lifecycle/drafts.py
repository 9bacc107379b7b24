"""Drafts: what was typed and not sent yet. They follow the names of the library; what was queued once is history
and stays as it was typed."""

from typing import Any
from uuid import UUID

from django.db import transaction

from generation.composition import Settings
from generation.lifecycle.creation import NotPossible
from generation.models import Job, Shot
from library import handles
from library.models import Project


@transaction.atomic
def save_draft(
    *, by: Any, project: Project, prompt: str, settings: Settings, form_key: UUID, shot: Shot | None = None
) -> Job:
    """Keep a form as it is typed, right or wrong; the same `form_key` writes the same draft, and queues it later.

    Raises NotPossible when the form was sent meanwhile or is somebody else's; then nothing is changed.
    """
    kept = Job.objects.select_for_update().filter(form_key=form_key).first()
    if kept is not None and (kept.created_by != by or kept.status != Job.Status.DRAFT):
        raise NotPossible("This form was sent already. Nothing was changed.")
    chosen = {"project": project, "shot": shot, "created_by": by, "prompt": prompt, **vars(settings)}
    return Job.objects.update_or_create(form_key=form_key, defaults=chosen)[0]


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
