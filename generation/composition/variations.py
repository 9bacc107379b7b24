"""From one brief to many: alternatives in the prompt, several models, several resolutions, several takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from generation.composition.take_request import Brief

MAX_PROMPTS = 48
MAX_BATCH = 100


def expand(prompt: str) -> list[str]:
    """Every prompt that `{dawn|noon|night}` stands for, in the order typed; the last group changes fastest.

    Braces without a bar are text. Alternatives stay as typed, spaces too, and one may be empty: `a {red |}car`.
    Raises ValueError with a sentence for people: groups inside one another, a group without its end, too many.
    """
    parts = _parts(prompt)
    count = prod(len(part) for part in parts)
    if count > MAX_PROMPTS:
        raise ValueError(
            f"The alternatives in braces make {count} prompts; {MAX_PROMPTS} is the most. Take some of them out."
        )
    return list(dict.fromkeys("".join(chosen) for chosen in product(*parts)))


def briefs_of(
    brief: Brief, *, takes: int = 1, models: Sequence[str] = (), resolutions: Sequence[str] = ()
) -> list[Brief]:
    """Each prompt with each model and each resolution, `takes` times: prompts change slowest, takes fastest.

    `models` and `resolutions` come on top of the brief's own. Raises ValueError with a sentence for people.
    """
    if takes < 1:
        raise ValueError("A batch has one take or more of each.")
    prompts = expand(brief.prompt)
    all_models = dict.fromkeys([brief.settings.model, *models])
    all_resolutions = dict.fromkeys([brief.settings.resolution, *resolutions])
    if (count := len(prompts) * len(all_models) * len(all_resolutions) * takes) > MAX_BATCH:
        raise ValueError(f"That makes {count} takes; {MAX_BATCH} is the most at once. Choose fewer.")
    return [
        replace(brief, prompt=prompt, settings=replace(brief.settings, model=model, resolution=resolution))
        for prompt, model, resolution in product(prompts, all_models, all_resolutions)
        for _ in range(takes)
    ]


@dataclass
class _Opened:
    """A brace that waits for its end."""

    index: int
    has_bar: bool = False
    holds_braces: bool = False


def _parts(prompt: str) -> list[list[str]]:
    """The prompt cut into its parts: what stands fast has one alternative, a group has several."""
    parts: list[list[str]] = []
    start = 0
    for begin, end in _groups(prompt):
        parts += [[prompt[start:begin]], list(dict.fromkeys(prompt[begin + 1 : end].split("|")))]
        start = end + 1
    return [*parts, [prompt[start:]]]


def _groups(prompt: str) -> list[tuple[int, int]]:
    """Where the groups stand: the indexes of their braces."""
    groups: list[tuple[int, int]] = []
    opened: list[_Opened] = []
    for index, char in enumerate(prompt):
        if char == "{":
            if opened:
                opened[-1].holds_braces = True
            opened.append(_Opened(index))
        elif char == "|" and opened:
            opened[-1].has_bar = True
        elif char == "}" and opened:
            closed = opened.pop()
            if closed.has_bar:
                _refuse_nesting(prompt, closed, index)
                groups.append((closed.index, index))
    if unended := next((brace for brace in opened if brace.has_bar), None):
        raise ValueError(
            f"The alternatives that begin with “{_start(prompt, unended.index)}” have no end: write }} after the last."
        )
    return groups


def _refuse_nesting(prompt: str, group: _Opened, end: int) -> None:
    if group.holds_braces:
        raise ValueError(
            f"Alternatives cannot stand inside others: “{_start(prompt, group.index, end + 1)}”. "
            "Write them out, or put them one after the other."
        )


def _start(prompt: str, begin: int, end: int | None = None) -> str:
    """The first characters from there on, for a message."""
    text = prompt[begin:end]
    return text if len(text) <= 40 else f"{text[:39]}…"
