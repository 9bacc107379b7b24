"""Drafts of the composer: save the form, build its URL, and find what it became once it was sent."""

from dataclasses import replace
from typing import Any, TypedDict
from urllib.parse import urlencode

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from generation import lifecycle
from generation.composition import TakeRequest
from generation.forms import ComposerForm
from generation.models import Batch, Job, Note, Shot, Take
from generation.views.compose import take_from_note
from generation.views.shared.access import Request
from library.models import Project


class Origin(TypedDict):
    """The take and note that a take follows from; keyword arguments of `lifecycle`."""

    made_from: Take | None
    for_note: Note | None


@transaction.atomic
def save(request: Request, project: Project, form: ComposerForm, *, create_shot: bool) -> Job:
    """Save the form as a draft, and with `create_shot` a shot that does not exist yet.

    Raise NotPossible when the form was sent meanwhile or belongs to another user.
    """
    take_request = form.take_request()
    existing = project.shots.filter(code=take_request.shot).first()
    return lifecycle.save_draft(
        by=request.user,
        project=project,
        prompt=take_request.prompt,
        settings=take_request.settings,
        roles=take_request.roles,
        form_key=form.cleaned_data["form_key"],
        shot=existing or (shot_of(project, take_request.shot) if create_shot else None),
        **origin(request, project, form),
    )


def draft_url(project: Project, draft: Job, form: ComposerForm) -> str:
    """Return the URL at which the draft continues. It contains what the row cannot: batch options and a new shot."""
    options = form.batch_options
    if draft.shot_id is None and (code := form.take_request().shot):
        options["shot"] = code
    query = urlencode({"from": draft.uuid, **options}, doseq=True)
    return f"{reverse('generation:composer', args=[project.slug])}?{query}"


def with_url_options(draft: Job, query: QueryDict) -> tuple[TakeRequest, dict[str, Any]]:
    """Return the draft's take request and the form fields that `draft_url` wrote into the URL."""
    take_request, options = TakeRequest.of(draft), ComposerForm(query)
    options.is_valid()
    shot = take_request.shot or options.take_request().shot
    return replace(take_request, shot=shot), options.batch_options


def find_sent(request: Request, form: ComposerForm) -> Job | Batch | None:
    """Return the job or batch that the form has become, perhaps in another tab."""
    key = form.cleaned_data["form_key"]
    jobs = Job.objects.visible_to(request.user).exclude(status=Job.Status.DRAFT)
    batches = Batch.objects.visible_to(request.user)
    return jobs.filter(form_key=key).first() or batches.filter(form_key=key).first()


def is_untouched(form: ComposerForm) -> bool:
    """Return whether the form is empty and was never saved."""
    take_request = form.take_request()
    is_empty = not take_request.prompt.strip() and not take_request.roles.has_frames
    return is_empty and not Job.objects.filter(form_key=form.cleaned_data["form_key"]).exists()


def shot_of(project: Project, code: str) -> Shot | None:
    """Return the project's shot with this code, created if necessary; None for an empty code."""
    return Shot.objects.get_or_create(project=project, code=code)[0] if code else None


def origin(request: Request, project: Project, form: ComposerForm) -> Origin:
    """Return the take and the note that this take follows from; None for what the user may not see."""
    take, note = form.cleaned_data.get("made_from"), form.cleaned_data.get("answers")
    return {
        "made_from": Take.objects.visible_to(request.user).filter(uuid=take).first() if take else None,
        "for_note": take_from_note.find_note(project, note) if note else None,
    }
