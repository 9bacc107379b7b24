"""The composer: a prompt, frames and settings, what they cost, what stands in the way, what the model gets."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from generation import lifecycle
from generation.composition import Brief
from generation.forms import ComposerForm
from generation.forms.composer import MID_ROWS
from generation.models import Batch, Job, Shot
from generation.skyreels import schemas
from generation.views.compose import composer_context, reuse, take_from_note
from generation.views.compose import drafts as drafting
from generation.views.compose.quote import Quote, briefs_of_form, quote
from generation.views.shared.access import Request, project_to_edit, uuid_in
from library.models import Asset, Project, ProjectAsset

CHIPS, SHOTS = 24, 200


@require_http_methods(["GET", "POST"])
def composer(request: Request, slug: str) -> HttpResponseBase:
    """Write, see the price, generate. A refused form keeps all that was typed."""
    project = project_to_edit(request, slug)
    if request.method == "GET":
        form, notices = _started(request, project)
        return _answer(request, project, form, notices=notices)
    form = ComposerForm(request.POST)
    valid = form.is_valid()
    if "save" in request.POST and form.has_settings() and "form_key" not in form.errors:
        return redirect(_saved(request, project, form))
    if valid:
        try:
            if (made := _made(request, project, form)) is not None:
                return redirect(made)
        except lifecycle.CannotQueue as refusal:
            # What the page's own check says again is said once.
            form.add_problems(one for one in refusal.problems if one.param == "form_key")
    return _answer(request, project, form, status=422)


@require_POST
def composer_check(request: Request, slug: str) -> HttpResponse:
    """Price and problems of what is typed now: fragments for a script, the whole page for the Check button and for
    those that put a note's frame into its place."""
    project = project_to_edit(request, slug)
    form = ComposerForm(request.POST)
    form.is_valid()
    notices: list[str] = []
    if "part" in request.POST:
        form, notices = take_from_note.placed(request, project, form)
    forgive = bool(request.htmx) and not request.POST.get("prompt")
    return _answer(request, project, form, forgive=forgive, notices=notices)


@require_POST
def composer_draft(request: Request, slug: str) -> JsonResponse:
    """Keeps the form while it is typed: `{"address"}` of the draft, empty for an empty form that was never kept; 409
    with the address of what it has become when it was sent meanwhile."""
    project = project_to_edit(request, slug)
    form = ComposerForm(request.POST)
    form.is_valid()
    if "form_key" in form.errors:
        return JsonResponse({"problem": "This form has lost its key. Open the page anew."}, status=422)
    if made := drafting.sent_before(request, form):
        problem = "This form was sent already."
        return JsonResponse({"problem": problem, "address": made.get_absolute_url()}, status=409)
    if drafting.is_untouched(form):
        return JsonResponse({"address": ""})
    try:
        # A code that is still being typed must not leave a shot behind for each of its letters.
        draft = drafting.keep(request, project, form, new_shot=False)
        return JsonResponse({"address": drafting.address(project, draft, form)})
    except lifecycle.NotPossible as refusal:
        return JsonResponse({"problem": str(refusal), "address": ""}, status=409)


def _started(request: Request, project: Project) -> tuple[ComposerForm, list[str]]:
    """The form as the address asks for it, and what to say about it: a draft of one's own goes on, anything else is
    copied."""
    if begun := take_from_note.start(request, project) or reuse.start(request, project):
        brief, take, notices, note = begun
        form = ComposerForm.of(
            brief, made_from=take.uuid if take else None, answers=note.uuid if note else None
        )
        form.fields["prompt"].widget.attrs["autofocus"] = True
        return form, notices
    source = _source(request, project)
    if source is None:
        shot = request.GET.get("shot", "").replace("\0", "")
        return ComposerForm.of(Brief("", shot=shot[: Shot._meta.get_field("code").max_length])), []
    if source.status != Job.Status.DRAFT or source.created_by_id != request.user.pk:
        return ComposerForm.of(Brief.of(source)), []
    origin = {
        "made_from": source.made_from.uuid if source.made_from else None,
        "answers": source.for_note.uuid if source.for_note else None,
    }
    brief, more = drafting.asked_beside(source, request.GET)
    return ComposerForm.of(brief, form_key=source.form_key, **origin, **more), []


def _source(request: Request, project: Project) -> Job | None:
    """The job that `?from=` names, when it is one of this project's: the form starts as that one was."""
    wanted = uuid_in(request.GET.get("from", ""))
    jobs = project.jobs.select_related("shot", "made_from", "for_note")
    return jobs.filter(uuid=wanted).first() if wanted else None


def _saved(request: Request, project: Project, form: ComposerForm) -> str:
    """Keeps the form as a draft; the address where it goes on."""
    try:
        draft = drafting.keep(request, project, form, new_shot=True)
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
        return reverse("generation:jobs")
    messages.success(request, "The draft is kept. You find it under Jobs, Drafts.")
    return drafting.address(project, draft, form)


@transaction.atomic
def _made(request: Request, project: Project, form: ComposerForm) -> Job | Batch | None:
    """Makes the job or the batch, and with it a shot that is named for the first time; a refusal undoes both. None
    for a batch that was not agreed to at this number and total: then the page shows them."""
    try:
        briefs = briefs_of_form(form)
    except ValueError:
        return None
    origin = {"form_key": form.cleaned_data["form_key"], **drafting.origin(request, project, form)}
    if len(briefs) == 1:
        (brief,) = briefs
        return lifecycle.create(
            by=request.user,
            project=project,
            prompt=brief.prompt,
            settings=brief.settings,
            roles=brief.roles,
            shot=drafting.shot(project, brief.shot),
            **origin,
        )
    if form.cleaned_data["agreed"] != quote(request, project, form).agreed:
        return None
    return lifecycle.create_batch(by=request.user, project=project, briefs=briefs, **origin)


def _answer(
    request: Request,
    project: Project,
    form: ComposerForm,
    *,
    status: int = 200,
    forgive: bool = False,
    notices: Sequence[str] = (),
) -> HttpResponse:
    found = quote(request, project, form, forgive=forgive)
    context: dict[str, Any] = {
        "project": project,
        "refused": status == 422,
        "to_agree": status == 422 and not found.errors and found.count > 1,
        "form": form,
        "notices": notices,
        "quoted": take_from_note.quoted(project, form) if not request.htmx else None,
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
    return render(
        request, "generation/compose/composer.html", context | _choices(request, project), status=status
    )


def _mid_rows(form: ComposerForm, found: Quote) -> list[dict[str, Any]]:
    names = [f"mid_{row}" for row in MID_ROWS]
    return [
        {"frame": form[name], "second": form[f"{name}_at"], "problems": found.problems[name]}
        for name in names
    ]


def _choices(request: Request, project: Project) -> dict[str, Any]:
    """The handles to choose from, the project's own first, its shots, and the draft that was left."""
    linked = Exists(ProjectAsset.objects.filter(project=project, asset=OuterRef("pk")))
    usable = Asset.objects.visible_to(request.user).usable_in(project).active()
    assets = usable.exclude(kind=Asset.Kind.AUDIO).select_related("cover")
    here = assets.filter(Q(home_project=project) | linked)
    own = list(here[:CHIPS])
    others = assets.exclude(pk__in=[asset.pk for asset in own])[: CHIPS - len(own)]
    return {
        "own_assets": own,
        "other_assets": list(others),
        "shots": project.shots.all()[:SHOTS],
        "unfinished": _unfinished(request, project),
    }


def _unfinished(request: Request, project: Project) -> Job | None:
    """The draft that the user left last, to be offered beside an empty form."""
    if request.method != "GET" or request.GET:
        return None
    drafts = project.jobs.filter(status=Job.Status.DRAFT, created_by=request.user)
    return drafts.order_by("-pk").first()
