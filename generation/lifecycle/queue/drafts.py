"""Save drafts of jobs. Renaming an asset rewrites drafts; queued jobs keep the typed prompt."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from generation.composition import Roles, Settings
from generation.lifecycle.queue.enqueue import NotPossible
from generation.models import Job, Note, Shot, Take
from library import handles
from library.models import Project

NO_ROLES = Roles()


@transaction.atomic
def save_draft(
    *,
    by: Any,
    project: Project,
    prompt: str,
    settings: Settings,
    roles: Roles = NO_ROLES,
    form_key: UUID,
    shot: Shot | None = None,
    made_from: Take | None = None,
    for_note: Note | None = None,
) -> Job:
    """Create or update the draft with this `form_key`, without validation. Queueing the same key consumes the draft.

    Raise NotPossible if the form has been submitted or belongs to another user; nothing is changed then.
    """
    existing = Job.objects.select_for_update().filter(form_key=form_key).first()
    if existing is not None and (existing.created_by != by or existing.status != Job.Status.DRAFT):
        raise NotPossible(_("This form was already submitted. Nothing was changed."))
    values = {
        "project": project,
        "shot": shot,
        "made_from": made_from,
        "for_note": for_note,
        "created_by": by,
        "prompt": prompt,
        "roles": roles.as_data(),
        **vars(settings),
    }
    return Job.objects.update_or_create(form_key=form_key, defaults=values)[0]


@transaction.atomic
def rewrite_drafts(old: str, new: str) -> int:
    """Replace @old with @new in the prompts and roles of all drafts; return how many were changed."""
    names = {handles.fold(old): new}
    changed = []
    mentions = Q(prompt__icontains=f"@{old}") | Q(roles__icontains=f'{old}"')
    for job in Job.objects.select_for_update().filter(mentions, status=Job.Status.DRAFT).order_by("pk"):
        before = (job.prompt, job.roles)
        job.prompt = handles.replace_handles(job.prompt, names)
        job.roles = Roles.of_data(job.roles).renamed(names).as_data()
        if (job.prompt, Roles.of_data(job.roles)) != (before[0], Roles.of_data(before[1])):
            changed.append(job)
    return Job.objects.bulk_update(changed, ["prompt", "roles"], batch_size=200)
