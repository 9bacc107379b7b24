"""Drafts: what was typed and not sent yet. They follow the names of the library; what was queued once is history
and stays as it was typed."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from generation.composition import Roles, Settings
from generation.lifecycle.queue.enqueue import NotPossible
from generation.models import Job, Note, Shot, Take
from library import handles
from library.models import Project

NOBODY = Roles()


@transaction.atomic
def save_draft(
    *,
    by: Any,
    project: Project,
    prompt: str,
    settings: Settings,
    roles: Roles = NOBODY,
    form_key: UUID,
    shot: Shot | None = None,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Job:
    """Keep a form as it is typed, right or wrong; the same `form_key` writes the same draft, and queues it later.

    Raises NotPossible when the form was sent meanwhile or is somebody else's; then nothing is changed.
    """
    kept = Job.objects.select_for_update().filter(form_key=form_key).first()
    if kept is not None and (kept.created_by != by or kept.status != Job.Status.DRAFT):
        raise NotPossible("This form was sent already. Nothing was changed.")
    chosen = {
        "project": project,
        "shot": shot,
        "made_from": made_from,
        "for_note": for_note,
        "created_by": by,
        "prompt": prompt,
        "roles": roles.as_data(),
        **vars(settings),
    }
    return Job.objects.update_or_create(form_key=form_key, defaults=chosen)[0]


@transaction.atomic
def rewrite_drafts(old: str, new: str) -> int:
    """Writes @new for @old in the prompts and roles of all drafts, and says how many were changed."""
    names = {handles.fold(old): new}
    changed = []
    said = Q(prompt__icontains=f"@{old}") | Q(roles__icontains=f'{old}"')
    for job in Job.objects.select_for_update().filter(said, status=Job.Status.DRAFT).order_by("pk"):
        before = (job.prompt, job.roles)
        job.prompt = handles.replace_handles(job.prompt, names)
        job.roles = Roles.of_data(job.roles).renamed(names).as_data()
        if (job.prompt, Roles.of_data(job.roles)) != (before[0], Roles.of_data(before[1])):
            changed.append(job)
    return Job.objects.bulk_update(changed, ["prompt", "roles"], batch_size=200)
