"""The composer's form as a draft: kept, found again by its address, and what it became when it was sent."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from generation import lifecycle
from generation.composition import Brief
from generation.forms import ComposerForm
from generation.models import Batch, Job, Shot, Take
from generation.views.compose import take_from_note
from generation.views.shared.access import Request
from library.models import Project


@transaction.atomic
def keep(request: Request, project: Project, form: ComposerForm, *, new_shot: bool) -> Job:
    """Writes the form's draft, and with `new_shot` a shot that is named for the first time. Raises NotPossible when the
    form was sent meanwhile or is somebody else's."""
    brief = form.brief()
    known = project.shots.filter(code=brief.shot).first()
    return lifecycle.save_draft(
        by=request.user,
        project=project,
        prompt=brief.prompt,
        settings=brief.settings,
        roles=brief.roles,
        form_key=form.cleaned_data["form_key"],
        shot=known or (shot(project, brief.shot) if new_shot else None),
        **origin(request, project, form),
    )


def address(project: Project, draft: Job, form: ComposerForm) -> str:
    """Where the draft goes on. What its row has no place for stands in the address: how many takes, a shot to come."""
    beside = form.several
    if draft.shot_id is None and (code := form.brief().shot):
        beside["shot"] = code
    query = urlencode({"from": draft.uuid, **beside}, doseq=True)
    return f"{reverse('generation:composer', args=[project.slug])}?{query}"


def asked_beside(draft: Job, query: QueryDict) -> tuple[Brief, dict[str, Any]]:
    """The draft's brief and the fields of the form that its address tells, as `address` wrote it."""
    brief, asked = Brief.of(draft), ComposerForm(query)
    asked.is_valid()
    return replace(brief, shot=brief.shot or asked.brief().shot), asked.several


def sent_before(request: Request, form: ComposerForm) -> Job | Batch | None:
    """What the form has become when it was sent, in another tab perhaps."""
    key = form.cleaned_data["form_key"]
    jobs = Job.objects.visible_to(request.user).exclude(status=Job.Status.DRAFT)
    batches = Batch.objects.visible_to(request.user)
    return jobs.filter(form_key=key).first() or batches.filter(form_key=key).first()


def is_untouched(form: ComposerForm) -> bool:
    """Whether there is nothing in it that anybody would miss, and never was."""
    brief = form.brief()
    is_empty = not brief.prompt.strip() and not brief.roles.frames
    return is_empty and not Job.objects.filter(form_key=form.cleaned_data["form_key"]).exists()


def shot(project: Project, code: str) -> Shot | None:
    """The project's shot with this code, made when it is named for the first time; none for an empty code."""
    return Shot.objects.get_or_create(project=project, code=code)[0] if code else None


def origin(request: Request, project: Project, form: ComposerForm) -> dict[str, Any]:
    """The take that this one goes on from, and the note that it answers; what the user may not see is passed over."""
    take, note = form.cleaned_data.get("made_from"), form.cleaned_data.get("answers")
    return {
        "made_from": Take.objects.visible_to(request.user).filter(uuid=take).first() if take else None,
        "for_note": take_from_note.answered(project, note) if note else None,
    }
