"""The composer: enter a prompt, frames and settings, see price and problems, and generate takes."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from generation import lifecycle
from generation.composition import TakeRequest
from generation.composition.variations import CannotExpand
from generation.forms import ComposerForm
from generation.forms.composer import MID_ROWS
from generation.models import Batch, Job, Shot
from generation.skyreels import schemas
from generation.views.compose import composer_context, drafts, reuse, take_from_note
from generation.views.compose.quote import Quote, quote, take_requests_of
from generation.views.shared.access import Request, project_to_edit, uuid_in
from library.models import Asset, Project, ProjectAsset

MAX_CHIPS, MAX_SHOTS = 24, 200
INVALID = 422


@require_http_methods(["GET", "POST"])
def composer(request: Request, slug: str) -> HttpResponseBase:
    """Show the composer, save a draft, or queue takes. An invalid form keeps all that was entered."""
    project = project_to_edit(request, slug)
    if request.method == "GET":
        form, notices = _initial_form(request, project)
        return _page(request, project, form, notices=notices)
    form = ComposerForm(request.POST)
    valid = form.is_valid()
    if "save" in request.POST and form.has_settings() and "form_key" not in form.errors:
        return redirect(_save_draft(request, project, form))
    if valid:
        try:
            if (created := _create(request, project, form)) is not None:
                return redirect(created)
        except lifecycle.CannotQueue as refusal:
            # The quote on the page reports all other problems.
            form.add_problems(found for found in refusal.problems if found.field == "form_key")
    return _page(request, project, form, status=INVALID)


@require_POST
def composer_check(request: Request, slug: str) -> HttpResponse:
    """Return price and problems of the current form: fragments for the script, the whole page for the Check button and
    for the buttons that use a note's frame."""
    project = project_to_edit(request, slug)
    form = ComposerForm(request.POST)
    form.is_valid()
    notices: list[str] = []
    if "part" in request.POST:
        form, notices = take_from_note.use_frame(request, project, form)
    ignore_empty_prompt = bool(request.htmx) and not request.POST.get("prompt")
    return _page(request, project, form, ignore_empty_prompt=ignore_empty_prompt, notices=notices)


@require_POST
def composer_draft(request: Request, slug: str) -> JsonResponse:
    """Save the form while it is edited.

    Return `{"address"}` of the draft, empty for an empty form that was never saved. Return 409 if the form was sent
    meanwhile, with the URL of what it became.
    """
    project = project_to_edit(request, slug)
    form = ComposerForm(request.POST)
    form.is_valid()
    if "form_key" in form.errors:
        return JsonResponse({"problem": _("This form has lost its key. Reload the page.")}, status=INVALID)
    if sent := drafts.find_sent(request, form):
        message = _("This form was already submitted.")
        return JsonResponse({"problem": message, "address": sent.get_absolute_url()}, status=409)
    if drafts.is_untouched(form):
        return JsonResponse({"address": ""})
    try:
        # A code that is still being typed must not create a shot at each keystroke.
        draft = drafts.save(request, project, form, create_shot=False)
        return JsonResponse({"address": drafts.draft_url(project, draft, form)})
    except lifecycle.NotPossible as refusal:
        return JsonResponse({"problem": str(refusal), "address": ""}, status=409)


def _initial_form(request: Request, project: Project) -> tuple[ComposerForm, list[str]]:
    """Return the form for the URL's parameters, with notices. A draft of the user continues; other jobs are copied."""
    if start := take_from_note.start(request, project) or reuse.start(request, project):
        form = ComposerForm.of(
            start.take_request,
            made_from=start.take.uuid if start.take else None,
            answers=start.for_note.uuid if start.for_note else None,
        )
        form.fields["prompt"].widget.attrs["autofocus"] = True
        return form, start.notices
    source = _source(request, project)
    if source is None:
        shot = request.GET.get("shot", "").replace("\0", "")
        return ComposerForm.of(TakeRequest("", shot=shot[: Shot._meta.get_field("code").max_length])), []
    if source.status != Job.Status.DRAFT or source.created_by_id != request.user.pk:
        return ComposerForm.of(TakeRequest.of(source)), []
    return _draft_form(request, source), []


def _draft_form(request: Request, draft: Job) -> ComposerForm:
    origin = {
        "made_from": draft.made_from.uuid if draft.made_from else None,
        "answers": draft.for_note.uuid if draft.for_note else None,
    }
    take_request, options = drafts.with_url_options(draft, request.GET)
    return ComposerForm.of(take_request, form_key=draft.form_key, **origin, **options)


def _source(request: Request, project: Project) -> Job | None:
    """Return the job of this project that `?from=` names, from which the form is filled in."""
    uuid = uuid_in(request.GET.get("from", ""))
    jobs = project.jobs.select_related("shot", "made_from", "for_note")
    return jobs.filter(uuid=uuid).first() if uuid else None


def _save_draft(request: Request, project: Project, form: ComposerForm) -> str:
    """Save the form as a draft and return the URL at which it continues."""
    try:
        draft = drafts.save(request, project, form, create_shot=True)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
        return reverse("generation:jobs")
    messages.success(request, _("Draft saved. You can find it under Jobs › Drafts."))
    return drafts.draft_url(project, draft, form)


@transaction.atomic
def _create(request: Request, project: Project, form: ComposerForm) -> Job | Batch | None:
    """Create the job or batch, and a shot that does not exist yet; all or nothing.

    Return None for a batch whose number and total the user has not confirmed; the page then shows them.
    """
    try:
        take_requests = take_requests_of(form)
    except CannotExpand:
        return None
    origin = drafts.origin(request, project, form)
    form_key = form.cleaned_data["form_key"]
    if len(take_requests) == 1:
        (take_request,) = take_requests
        return lifecycle.create(
            by=request.user,
            project=project,
            prompt=take_request.prompt,
            settings=take_request.settings,
            roles=take_request.roles,
            shot=drafts.shot_of(project, take_request.shot),
            form_key=form_key,
            **origin,
        )
    if form.cleaned_data["agreed"] != quote(request, project, form).agreed:
        return None
    return lifecycle.create_batch(
        by=request.user, project=project, take_requests=take_requests, form_key=form_key, **origin
    )


def _page(
    request: Request,
    project: Project,
    form: ComposerForm,
    *,
    status: int = 200,
    ignore_empty_prompt: bool = False,
    notices: Sequence[str] = (),
) -> HttpResponse:
    """Return the whole page, or its fragments for htmx."""
    found = quote(request, project, form, ignore_empty_prompt=ignore_empty_prompt)
    context: dict[str, Any] = {
        "project": project,
        "is_invalid": status == INVALID,
        "needs_confirmation": status == INVALID and not found.errors and found.count > 1,
        "form": form,
        "notices": notices,
        "quoted": take_from_note.quoted_note(project, form) if not request.htmx else None,
        "quote": found,
        "composition": found.composition,
        "problems": found.problems,
        "errors": found.errors,
        "max_tokens": schemas.MAX_PROMPT_TOKENS,
        "mid_rows": _mid_rows(form, found),
        **composer_context.context(request, found),
    }
    if request.htmx:
        return render(request, "generation/compose/_composer_check.html", context)
    context |= _choices(request, project)
    return render(request, "generation/compose/composer.html", context, status=status)


def _mid_rows(form: ComposerForm, found: Quote) -> list[dict[str, Any]]:
    names = [f"mid_{row}" for row in MID_ROWS]
    return [
        {"frame": form[name], "second": form[f"{name}_at"], "problems": found.problems[name]}
        for name in names
    ]


def _choices(request: Request, project: Project) -> dict[str, Any]:
    """Return the assets to insert, the project's own first, its shots, and an unfinished draft."""
    linked = Exists(ProjectAsset.objects.filter(project=project, asset=OuterRef("pk")))
    usable = Asset.objects.visible_to(request.user).usable_in(project).active()
    assets = usable.exclude(kind=Asset.Kind.AUDIO).select_related("cover")
    in_project = assets.filter(Q(home_project=project) | linked)
    own = list(in_project[:MAX_CHIPS])
    others = assets.exclude(pk__in=[asset.pk for asset in own])[: MAX_CHIPS - len(own)]
    return {
        "own_assets": own,
        "other_assets": list(others),
        "shots": project.shots.all()[:MAX_SHOTS],
        "unfinished": _unfinished(request, project),
    }


def _unfinished(request: Request, project: Project) -> Job | None:
    """Return the user's latest draft, to be offered beside an empty form."""
    if request.method != "GET" or request.GET:
        return None
    saved = project.jobs.filter(status=Job.Status.DRAFT, created_by=request.user)
    return saved.order_by("-pk").first()
