"""The composer: a prompt and settings, what they cost, what stands in the way, what the model gets."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from generation import lifecycle
from generation.composition import Composition, compose
from generation.forms import ComposerForm
from generation.models import Job, LedgerEntry, Shot
from generation.skyreels import schemas
from generation.views.access import Request, project_to_edit
from generation.views.prompts import shown_request
from library.models import Asset, Project, ProjectAsset

CHIPS, SHOTS = 48, 200
SHOWN_BESIDE = [name for name in ComposerForm.base_fields if name != "form_key"]


@require_http_methods(["GET", "POST"])
def composer(request: Request, slug: str) -> HttpResponse:
    """Write, see the price, generate. A refused form keeps all that was typed."""
    project = project_to_edit(request, slug)
    if request.method == "GET":
        source = _source(request, project)
        return _answer(
            request, project, ComposerForm.blank(source, by=request.user, shot=request.GET.get("shot", ""))
        )
    form = ComposerForm(request.POST)
    valid = form.is_valid()
    if "save" in request.POST and form.has_settings() and "form_key" not in form.errors:
        return redirect(_save(request, project, form))
    if valid:
        try:
            return redirect(_queue(request, project, form))
        except lifecycle.CannotQueue as refusal:
            form.add_problems(refusal.problems)
    return _answer(request, project, form, status=422)


@require_POST
def composer_check(request: Request, slug: str) -> HttpResponse:
    """Price and problems of what is typed now: fragments for a script, the whole page for the Check button."""
    project = project_to_edit(request, slug)
    form = ComposerForm(request.POST)
    form.is_valid()
    if request.htmx and not request.POST.get("prompt"):
        # Who tries the settings first has done nothing wrong.
        form.errors.pop("prompt", None)
    return _answer(request, project, form)


@transaction.atomic
def _save(request: Request, project: Project, form: ComposerForm) -> str:
    """Keeps the form as a draft; the address where it goes on."""
    try:
        kept = lifecycle.save_draft(
            by=request.user,
            project=project,
            prompt=str(form["prompt"].value() or ""),
            settings=form.settings(),
            form_key=form.cleaned_data["form_key"],
            shot=_shot(project, form),
        )
    except lifecycle.NotPossible as refusal:
        messages.error(request, str(refusal))
        return reverse("generation:jobs")
    messages.success(request, "The draft is kept. You find it under Jobs, Drafts.")
    return f"{reverse('generation:composer', args=[project.slug])}?from={kept.uuid}"


def _shot(project: Project, form: ComposerForm) -> Shot | None:
    code = form.cleaned_data.get("shot", "").strip()
    return Shot.objects.get_or_create(project=project, code=code)[0] if code else None


@transaction.atomic
def _queue(request: Request, project: Project, form: ComposerForm) -> Job:
    """Makes the job, and with it a shot that is named for the first time; a refusal undoes both."""
    return lifecycle.create(
        by=request.user,
        project=project,
        prompt=form.cleaned_data["prompt"],
        settings=form.settings(),
        form_key=form.cleaned_data["form_key"],
        shot=_shot(project, form),
    )


def _answer(request: Request, project: Project, form: ComposerForm, status: int = 200) -> HttpResponse:
    context = {"project": project, "form": form, **_checked(request, project, form)}
    if request.htmx:
        return render(request, "generation/_composer_check.html", context)
    return render(request, "generation/composer.html", context | _choices(request, project), status=status)


def _checked(request: Request, project: Project, form: ComposerForm) -> dict[str, Any]:
    """What the prompt and the settings come to. Without readable settings there is no price."""
    composition = _composition(request, project, form)
    problems = [*_typed_problems(form), *_found_problems(composition, form)]
    committed = LedgerEntry.objects.filter(project=project).committed()
    prompt = composition.prompt if composition else ""
    return {
        "composition": composition,
        "problems": _by_field(problems),
        "errors": sum(level == "error" for _, _, level in problems),
        "is_blank": not form.is_bound and not prompt,
        "request_json": shown_request(composition.preview()) if composition else "",
        "tokens": schemas.estimate_tokens(prompt),
        "max_tokens": schemas.MAX_PROMPT_TOKENS,
        "budget_left": None if project.budget_usd is None else project.budget_usd - committed,
    }


def _composition(request: Request, project: Project, form: ComposerForm) -> Composition | None:
    if not form.has_settings():
        return None
    prompt = str(form["prompt"].value() or "")
    return compose(user=request.user, project=project, prompt=prompt, settings=form.settings())


def _typed_problems(form: ComposerForm) -> list[tuple[str, str, str]]:
    errors = form.errors.items() if form.is_bound else ()
    return [
        (name if name in SHOWN_BESIDE else "other", str(text), "error")
        for name, texts in errors
        for text in texts
    ]


def _found_problems(composition: Composition | None, form: ComposerForm) -> list[tuple[str, str, str]]:
    """(field, sentence, level); nothing is held against a form that nobody has typed in yet, nor said twice."""
    if composition is None or not (composition.prompt or form.is_bound):
        return []
    known = {text for texts in form.errors.values() for text in texts} if form.is_bound else set()
    return [
        (form.field_of(problem) or "other", problem.message, problem.level)
        for problem in composition.problems
        if problem.message not in known and not (problem.param == "prompt" and not composition.prompt)
    ]


def _by_field(problems: list[tuple[str, str, str]]) -> dict[str, list[tuple[str, str]]]:
    names = [*SHOWN_BESIDE, "other"]
    return {name: [(text, level) for field, text, level in problems if field == name] for name in names}


def _choices(request: Request, project: Project) -> dict[str, Any]:
    """The handles to choose from, the project's own first, and its shots."""
    linked = Exists(ProjectAsset.objects.filter(project=project, asset=OuterRef("pk")))
    assets = (
        Asset.objects.visible_to(request.user).active().exclude(kind=Asset.Kind.AUDIO).select_related("cover")
    )
    here = assets.filter(Q(home_project=project) | linked)
    own = list(here[:CHIPS])
    others = assets.exclude(pk__in=[asset.pk for asset in own])[: CHIPS - len(own)]
    return {"own_assets": own, "other_assets": list(others), "shots": project.shots.all()[:SHOTS]}


def _source(request: Request, project: Project) -> Job | None:
    """The job that `?from=` names, when it is one of this project's: the form starts as that one was."""
    try:
        wanted = UUID(request.GET.get("from", ""))
    except ValueError:
        return None
    return project.jobs.select_related("shot").filter(uuid=wanted).first()
