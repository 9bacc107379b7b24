"""Quote the composer's form: the takes, their total, and the problems of each field."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from generation.composition import (
    Composition,
    Problem,
    TakeRequest,
    compose_all,
    message_of,
    variations_of,
)
from generation.composition.problems import Level
from generation.composition.take_settings import MODEL_LABELS, SETTING_NAMES
from generation.composition.variations import CannotExpand
from generation.forms import ComposerForm
from generation.forms.composer import MID_ROWS
from generation.ledger import Budget, budget_of
from generation.lifecycle import find_refusal
from generation.skyreels import schemas
from generation.spending_limits import Allowance, allowances, binding
from generation.views.shared.access import Request
from library.models import Project

FRAME_FIELDS = ("first_frame", *(f"mid_{row}" for row in MID_ROWS), "end_frame")
OTHER = "other"  # in place of a field, for problems that belong to none
FIELDS_WITH_PROBLEMS = (
    *("prompt", *FRAME_FIELDS, "clip", "voices"),
    *(*SETTING_NAMES, "shot", "takes", "models", "resolutions", OTHER),
)


@dataclass(frozen=True)
class FieldProblem:
    """A problem and the field that shows it; `code` is the problem's, or that of the form's error. `suggestion` is a
    handle to write in place of `handle`."""

    field: str
    message: str
    code: str = ""
    level: Level = "error"
    handle: str = ""
    suggestion: str = ""

    @classmethod
    def of(cls, field: str, found: Problem) -> "FieldProblem":
        """Return a composition's problem for a field of the form."""
        handle = str(found.values.get("handle", "")) if found.suggestion else ""
        return cls(field, message_of(found), found.code, found.level, handle, found.suggestion)


@dataclass(frozen=True)
class PriceLine:
    """Takes of one price; `price` in US dollars for a second."""

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
    """The takes that a form requests, with their price and problems. A quote writes nothing."""

    form: ComposerForm
    project: Project
    take_requests: Sequence[TakeRequest]
    compositions: Sequence[Composition]
    found: Sequence[FieldProblem]
    budget: Budget | None
    limits: Sequence[Allowance]

    @property
    def composition(self) -> Composition | None:
        """The first take, which represents all of them on the page."""
        return self.compositions[0] if self.compositions else None

    @property
    def count(self) -> int:
        """The number of takes."""
        return len(self.compositions)

    @property
    def total(self) -> Decimal:
        """US dollars for all takes."""
        return sum((one.estimate_usd for one in self.compositions), Decimal(0))

    @property
    def binding(self) -> Allowance | None:
        """The limit with the smallest amount left before these takes; None without any limit."""
        return binding(self.limits)

    @property
    def budget_after(self) -> Budget | None:
        """The project's budget after these takes."""
        return self.budget.with_more(self.total) if self.budget else None

    @property
    def agreed(self) -> str:
        """Number and total, which the form sends back, so that users pay only what they have seen."""
        return f"{self.count}:{self.total:.4f}"

    @cached_property
    def lines(self) -> list[PriceLine]:
        """The takes grouped by price, in the order in which they were requested."""
        counts = Counter(map(_price_line, self.compositions))
        return [PriceLine(count, *priced) for priced, count in counts.items()]

    @property
    def prompts(self) -> list[str]:
        """The prompts after expanding the alternatives in braces."""
        return list(dict.fromkeys(one.prompt for one in self.take_requests))

    @cached_property
    def problems(self) -> dict[str, list[FieldProblem]]:
        """The problems by field of the page."""
        return {name: [one for one in self.found if one.field == name] for name in FIELDS_WITH_PROBLEMS}

    @property
    def errors(self) -> int:
        """The number of problems to fix before the takes can be queued."""
        return sum(one.level == "error" for one in self.found)

    @property
    def is_blank(self) -> bool:
        """Return whether nothing has been entered yet."""
        return not self.form.is_bound and not self.form.prompt_typed

    @property
    def tokens(self) -> schemas.TokenEstimate:
        """The length of the longest prompt."""
        prompts = [one.prompt for one in self.take_requests] or [self.form.prompt_typed]
        return max(map(schemas.estimate_tokens, prompts), key=lambda tokens: tokens.high)


def quote(
    request: Request, project: Project, form: ComposerForm, *, ignore_empty_prompt: bool = False
) -> Quote:
    """Quote a form. With `ignore_empty_prompt` an empty prompt is not an error yet."""
    found = _form_problems(form, ignore_empty_prompt=ignore_empty_prompt)
    take_requests: list[TakeRequest] = []
    try:
        take_requests = take_requests_of(form) if form.has_settings() else []
    except CannotExpand as refusal:
        field = "prompt" if refusal.in_prompt else "takes"
        found.append(FieldProblem(field, str(refusal), code="variations"))
    compositions = _compose(request, project, take_requests)
    found += _composition_problems(compositions, form)
    budget = budget_of(project) if project.budget_usd is not None else None
    limits = allowances(request.user, project)
    found += _limit_problems(request, compositions, limits)
    return Quote(form, project, take_requests, compositions, found, budget, limits)


def take_requests_of(form: ComposerForm) -> list[TakeRequest]:
    """Return each take that the form requests. Raise CannotExpand."""
    values = form.cleaned_data if form.is_bound else form.initial
    return variations_of(
        form.take_request(),
        takes=values.get("takes") or 1,
        models=values.get("models") or (),
        resolutions=values.get("resolutions") or (),
    )


def _compose(request: Request, project: Project, take_requests: Sequence[TakeRequest]) -> list[Composition]:
    """Compose the takes; equal ones are composed once."""
    distinct = list(dict.fromkeys(take_requests))
    composed = compose_all(user=request.user, project=project, take_requests=distinct)
    by_request = dict(zip(distinct, composed, strict=True))
    return [by_request[one] for one in take_requests]


def _limit_problems(
    request: Request, compositions: Sequence[Composition], limits: Sequence[Allowance]
) -> list[FieldProblem]:
    """Return the limit that these takes would exceed."""
    total = sum((one.estimate_usd for one in compositions), Decimal(0))
    refusal = find_refusal(request.user, limits, usd=total, takes=len(compositions))
    return [FieldProblem.of(OTHER, found) for found in refusal.problems] if refusal else []


def _price_line(composition: Composition) -> tuple[str, str, int, Decimal, bool]:
    settings = composition.settings
    label = str(MODEL_LABELS[settings.model])
    seconds, price = composition.billed_seconds, composition.price_per_second
    return (label, settings.resolution, seconds, price, composition.with_video)


def _form_problems(form: ComposerForm, *, ignore_empty_prompt: bool) -> list[FieldProblem]:
    if not form.is_bound:
        return []
    return [
        FieldProblem(_shown_field(name), str(message), code=error.code or "")
        for name, errors in form.errors.as_data().items()
        if not (ignore_empty_prompt and name == "prompt")
        for error in errors
        for message in error.messages
    ]


def _shown_field(name: str) -> str:
    field = name.removesuffix("_at")
    return field if field in FIELDS_WITH_PROBLEMS else OTHER


def _composition_problems(compositions: Iterable[Composition], form: ComposerForm) -> list[FieldProblem]:
    """Return each problem of the takes once; none for a form in which nothing has been entered yet."""
    problems = dict.fromkeys(
        found
        for composition in compositions
        if composition.prompt or form.is_bound
        for found in composition.problems
        if not _is_empty_prompt(found, composition)
    )
    return [FieldProblem.of(_shown_field(form.field_of(found) or OTHER), found) for found in problems]


def _is_empty_prompt(found: Problem, composition: Composition) -> bool:
    """Return whether this is about an empty prompt, which the form reports itself."""
    return found.field == "prompt" and not composition.prompt
