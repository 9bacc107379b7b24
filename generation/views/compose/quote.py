"""What the composer's form comes to: takes, total, problems beside their fields, and what the model gets."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from generation.composition import Brief, Composition, Problem, briefs_of, compose_all, expand
from generation.forms import ComposerForm
from generation.forms.composer import MID_ROWS, MODEL_LABELS
from generation.ledger import Budget, budget_of
from generation.lifecycle import find_refusal
from generation.skyreels import schemas
from generation.spending_limits import Allowance, allowances, binding
from generation.views.shared.access import Request
from library.models import Project

MIDS = [f"mid_{row}" for row in MID_ROWS]
FRAMES = ["first_frame", *MIDS, "end_frame"]
SETTINGS = ["model", "resolution", "duration", "aspect_ratio", "prompt_optimizer", "shot"]
SHOWN_BESIDE = ["prompt", *FRAMES, "clip", "voices", *SETTINGS, "takes", "models", "resolutions", "other"]
Found = tuple[str, str, str]  # (field, sentence, level)


@dataclass(frozen=True)
class Line:
    """Takes of one price: how many of which model and resolution, and what they come to."""

    count: int
    model: str
    resolution: str
    seconds: int
    price: Decimal
    with_video: bool

    @property
    def total(self) -> Decimal:
        """US dollars for all takes of this line."""
        return self.count * self.seconds * self.price


@dataclass(frozen=True)
class Quote:
    """The takes that a form asks for, what they cost and what stands in the way; nothing is made by asking."""

    form: ComposerForm
    project: Project
    briefs: Sequence[Brief]
    compositions: Sequence[Composition]
    found: Sequence[Found]
    budget: Budget | None
    limits: Sequence[Allowance]

    @property
    def composition(self) -> Composition | None:
        """The first take, which stands for all where they differ in nothing that is shown."""
        return self.compositions[0] if self.compositions else None

    @property
    def count(self) -> int:
        """How many takes are asked for."""
        return len(self.compositions)

    @property
    def total(self) -> Decimal:
        """US dollars for all of them."""
        return sum((one.estimate_usd for one in self.compositions), Decimal(0))

    @property
    def binding(self) -> Allowance | None:
        """Return the limit with the smallest amount left before these takes; None without any limit."""
        return binding(self.limits)

    @property
    def budget_after(self) -> Budget | None:
        """How the project would stand with these takes."""
        return self.budget.with_more(self.total) if self.budget else None

    @property
    def agreed(self) -> str:
        """Number and total as the form sends them back, so that nobody pays what was not shown."""
        return f"{self.count}:{self.total:.4f}"

    @cached_property
    def lines(self) -> list[Line]:
        """The takes by price, in the order in which they were asked for."""
        counts = Counter(map(_priced, self.compositions))
        return [Line(count, *priced) for priced, count in counts.items()]

    @property
    def prompts(self) -> list[str]:
        """The prompts that the alternatives in braces make; one when there are none."""
        return list(dict.fromkeys(brief.prompt for brief in self.briefs))

    @cached_property
    def problems(self) -> dict[str, list[tuple[str, str]]]:
        """(sentence, level) for each field of the page."""
        return {
            name: [(text, level) for field, text, level in self.found if field == name]
            for name in SHOWN_BESIDE
        }

    @property
    def errors(self) -> int:
        """How many problems stand in the way."""
        return sum(level == "error" for _, _, level in self.found)

    @property
    def is_blank(self) -> bool:
        """Whether nobody has typed anything yet."""
        return not self.form.is_bound and not self.form.prompt_typed

    @property
    def tokens(self) -> schemas.TokenEstimate:
        """The longest prompt's length."""
        prompts = [brief.prompt for brief in self.briefs] or [self.form.prompt_typed]
        return max(map(schemas.estimate_tokens, prompts), key=lambda tokens: tokens.high)


def quote(request: Request, project: Project, form: ComposerForm, *, forgive: bool = False) -> Quote:
    """What the form comes to; `forgive` passes over an empty prompt: who tries the settings first did no wrong."""
    found = _typed_problems(form, forgive=forgive)
    briefs: list[Brief] = []
    try:
        briefs = briefs_of_form(form) if form.has_settings() else []
    except ValueError as refusal:
        found.append((_field_of_refusal(form), str(refusal), "error"))
    compositions = _composed(request, project, briefs)
    found += _found_problems(compositions, form, known={text for _, text, _ in found})
    budget = budget_of(project) if project.budget_usd is not None else None
    limits = allowances(request.user, project)
    found += _refusal(request, compositions, limits)
    return Quote(form, project, briefs, compositions, found, budget, limits)


def briefs_of_form(form: ComposerForm) -> list[Brief]:
    """Every take that the form asks for. Raises ValueError with a sentence for people."""
    values = form.cleaned_data if form.is_bound else form.initial
    return briefs_of(
        form.brief(),
        takes=values.get("takes") or 1,
        models=values.get("models") or (),
        resolutions=values.get("resolutions") or (),
    )


def _composed(request: Request, project: Project, briefs: Sequence[Brief]) -> list[Composition]:
    """Takes that are asked for alike are composed once."""
    apart = list(dict.fromkeys(briefs))
    found = compose_all(user=request.user, project=project, briefs=apart)
    by_brief = dict(zip(apart, found, strict=True))
    return [by_brief[brief] for brief in briefs]


def _refusal(
    request: Request, compositions: Sequence[Composition], found: Sequence[Allowance]
) -> list[Found]:
    """What making them would be refused with."""
    total = sum((one.estimate_usd for one in compositions), Decimal(0))
    refusal = find_refusal(request.user, found, usd=total, takes=len(compositions))
    return [("other", str(refusal), "error")] if refusal else []


def _priced(composition: Composition) -> tuple[Any, ...]:
    chosen = composition.settings
    label = MODEL_LABELS[schemas.Model(chosen.model)]
    seconds, price = composition.billed_seconds, composition.price_per_second
    return (label, chosen.resolution, seconds, price, composition.with_video)


def _field_of_refusal(form: ComposerForm) -> str:
    """Beside the prompt when its braces are at fault, else beside the number of takes."""
    try:
        expand(form.prompt_typed)
    except ValueError:
        return "prompt"
    return "takes"


def _typed_problems(form: ComposerForm, *, forgive: bool) -> list[Found]:
    if not form.is_bound:
        return []
    return [
        (_beside(name), str(text), "error")
        for name, texts in form.errors.items()
        if not (forgive and name == "prompt")
        for text in texts
    ]


def _beside(name: str) -> str:
    field = name.removesuffix("_at")
    return field if field in SHOWN_BESIDE else "other"


def _found_problems(
    compositions: Iterable[Composition], form: ComposerForm, *, known: set[str]
) -> list[Found]:
    """Nothing is held against a form that nobody has typed in yet, nor said twice."""
    found: dict[str, Found] = {}
    for composition in compositions:
        if not (composition.prompt or form.is_bound):
            continue
        for problem in composition.problems:
            if problem.message not in known and not _is_empty_prompt(problem, composition):
                field = _beside(form.field_of(problem) or "other")
                found.setdefault(problem.message, (field, problem.message, problem.level))
    return list(found.values())


def _is_empty_prompt(problem: Problem, composition: Composition) -> bool:
    return problem.param == "prompt" and not composition.prompt
