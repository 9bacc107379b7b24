"""Expand one take request into a batch: alternatives in the prompt, several models, resolutions and takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from django.utils.translation import gettext as _

from generation.composition.take_request import TakeRequest

MAX_PROMPTS = 48
MAX_BATCH = 100
MAX_QUOTED = 40  # characters of the prompt in a message


class CannotExpand(ValueError):
    """The variations cannot be made; `in_prompt` is set if the alternatives in the prompt are the cause."""

    def __init__(self, message: str, *, in_prompt: bool) -> None:
        super().__init__(message)
        self.in_prompt = in_prompt


def expand_prompt(prompt: str) -> list[str]:
    """Return each prompt that `{dawn|noon|night}` stands for, in the order typed; the last group changes fastest.

    Braces without a bar are text. Alternatives are kept as typed, with their spaces, and may be empty: `a {red |}car`.
    Raise CannotExpand for nested groups, a group without its end, and too many prompts.
    """
    segments = _segments(prompt)
    count = prod(len(segment) for segment in segments)
    if count > MAX_PROMPTS:
        message = _(
            "The alternatives in braces make %(count)s prompts; the maximum is %(limit)s. Remove some of them."
        )
        raise CannotExpand(message % {"count": count, "limit": MAX_PROMPTS}, in_prompt=True)
    return list(dict.fromkeys("".join(chosen) for chosen in product(*segments)))


def variations_of(
    request: TakeRequest, *, takes: int = 1, models: Sequence[str] = (), resolutions: Sequence[str] = ()
) -> list[TakeRequest]:
    """Return each prompt with each model and resolution, `takes` times: prompts change slowest, takes fastest.

    `models` and `resolutions` are added to the request's own. Raise CannotExpand.
    """
    if takes < 1:
        raise CannotExpand(_("A batch must have at least one take of each variation."), in_prompt=False)
    prompts = expand_prompt(request.prompt)
    all_models = dict.fromkeys([request.settings.model, *models])
    all_resolutions = dict.fromkeys([request.settings.resolution, *resolutions])
    if (count := len(prompts) * len(all_models) * len(all_resolutions) * takes) > MAX_BATCH:
        message = _("This makes %(count)s takes; the maximum is %(limit)s at once. Choose fewer.")
        raise CannotExpand(message % {"count": count, "limit": MAX_BATCH}, in_prompt=False)
    return [
        replace(
            request, prompt=prompt, settings=replace(request.settings, model=model, resolution=resolution)
        )
        for prompt, model, resolution in product(prompts, all_models, all_resolutions)
        for _take in range(takes)
    ]


@dataclass
class _OpenBrace:
    """A brace whose end has not been found yet."""

    index: int
    has_bar: bool = False
    contains_braces: bool = False


def _segments(prompt: str) -> list[list[str]]:
    """Split the prompt into segments: fixed text has one alternative, a group has several."""
    segments: list[list[str]] = []
    start = 0
    for begin, end in _groups(prompt):
        segments += [[prompt[start:begin]], list(dict.fromkeys(prompt[begin + 1 : end].split("|")))]
        start = end + 1
    return [*segments, [prompt[start:]]]


def _groups(prompt: str) -> list[tuple[int, int]]:
    """Return the indexes of the braces of each group."""
    groups: list[tuple[int, int]] = []
    open_braces: list[_OpenBrace] = []
    for index, char in enumerate(prompt):
        if char == "{":
            if open_braces:
                open_braces[-1].contains_braces = True
            open_braces.append(_OpenBrace(index))
        elif char == "|" and open_braces:
            open_braces[-1].has_bar = True
        elif char == "}" and open_braces:
            brace = open_braces.pop()
            if brace.has_bar:
                _refuse_nesting(prompt, brace, index)
                groups.append((brace.index, index))
    if unclosed := next((brace for brace in open_braces if brace.has_bar), None):
        message = _("The alternatives that begin with “%(start)s” have no end. Write } after the last one.")
        raise CannotExpand(message % {"start": _start(prompt, unclosed.index)}, in_prompt=True)
    return groups


def _refuse_nesting(prompt: str, group: _OpenBrace, end: int) -> None:
    if group.contains_braces:
        message = _(
            "Alternatives cannot contain other alternatives: “%(group)s”. Write each one out, or use separate groups."
        )
        raise CannotExpand(message % {"group": _start(prompt, group.index, end + 1)}, in_prompt=True)


def _start(prompt: str, begin: int, end: int | None = None) -> str:
    """Return the first characters of a part of the prompt, for a message."""
    text = prompt[begin:end]
    return text if len(text) <= MAX_QUOTED else f"{text[: MAX_QUOTED - 1]}…"
