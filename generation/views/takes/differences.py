"""The differences of two takes as rows: prompt, references, settings, file and cost."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.composition.take_settings import TAKE_SETTINGS
from generation.models import Job, JobReference, Take
from generation.templatetags.composition import role_label
from generation.templatetags.money import usd

WORDS = re.compile(r"\s+|[@\w'’-]+|[^\w\s]")
# Longer prompts take too long to compare word by word.
MAX_WORDS = 4000


@dataclass(frozen=True)
class PromptPart:
    """A part of a prompt; unique parts are missing on the other side."""

    text: str
    is_unique: bool


@dataclass(frozen=True)
class Cell:
    """One side of a row: a text, the parts of a prompt, or a text with a reference.

    `value` is what is compared, independent of the language.
    """

    text: str = ""
    value: object = None
    prompt: Sequence[PromptPart] = ()
    reference: JobReference | None = None


@dataclass(frozen=True)
class Row:
    """One row of the comparison. `key` identifies it in any language."""

    key: str
    name: str
    cells: tuple[Cell, Cell]
    differs: bool


def differences(left: Take, right: Take) -> list[Row]:
    """Return all rows, including those that are equal; three queries."""
    return [_prompt(left, right), *_references(left, right), *_facts(left, right), _cost(left, right)]


def compare_prompts(left: str, right: str) -> tuple[list[PromptPart], list[PromptPart]]:
    """Split both texts into shared and unique parts. Differences in whitespace do not count."""
    before, after = WORDS.findall(left), WORDS.findall(right)
    if max(len(before), len(after)) > MAX_WORDS:
        return [PromptPart(left, left != right)], [PromptPart(right, left != right)]
    ours, theirs = ([" " if word.isspace() else word for word in words] for words in (before, after))
    same = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    shared_before = {index for block in same for index in range(block.a, block.a + block.size)}
    shared_after = {index for block in same for index in range(block.b, block.b + block.size)}
    return _parts(before, shared_before), _parts(after, shared_after)


def _parts(words: Sequence[str], shared: set[int]) -> list[PromptPart]:
    """Join adjacent words of one kind; whitespace between two unique words is unique too."""
    unique = [index not in shared for index in range(len(words))]
    for index in range(1, len(words) - 1):
        if words[index].isspace():
            unique[index] = unique[index - 1] and unique[index + 1]
    marked = zip(unique, words, strict=True)
    return [
        PromptPart("".join(word for _own, word in group), is_unique)
        for is_unique, group in groupby(marked, lambda one: one[0])
    ]


def _prompt(left: Take, right: Take) -> Row:
    ours, theirs = compare_prompts(left.job.prompt, right.job.prompt)
    differs = any(part.is_unique for part in (*ours, *theirs))
    return Row("prompt", _("Prompt"), (Cell(prompt=ours), Cell(prompt=theirs)), differs)


def _references(left: Take, right: Take) -> list[Row]:
    """Return a row for each asset that either take uses, in the order of the left one."""
    found = JobReference.objects.filter(job__in=[left.job_id, right.job_id]).order_by("position")
    rows = list(found.select_related("asset", "version").prefetch_related("version__files__media"))
    names = {
        row.asset_id: f"@{row.asset.handle}"
        for row in sorted(rows, key=lambda row: row.job_id != left.job_id)
    }
    cells = {asset: (_reference(rows, asset, left), _reference(rows, asset, right)) for asset in names}
    return [_row(names[asset], names[asset], *pair) for asset, pair in cells.items()]


def _reference(rows: Iterable[JobReference], asset: int, take: Take) -> Cell:
    """Return the roles and the version of an asset in a take."""
    references = [row for row in rows if (row.asset_id, row.job_id) == (asset, take.job_id)]
    if not references:
        return Cell(_("not used"))
    values = {
        "roles": ", ".join(role_label(row) for row in references),
        "version": references[0].version.number,
    }
    value = [(row.role, row.second, row.with_voice, row.version_id) for row in references]
    text = _("%(roles)s · version %(version)d") % values
    return Cell(text, value, reference=references[0])


def _row(key: str, name: str, ours: Cell, theirs: Cell) -> Row:
    return Row(key, name, (ours, theirs), ours.value != theirs.value)


def _facts(left: Take, right: Take) -> list[Row]:
    pairs = zip(_facts_of(left), _facts_of(right), strict=True)
    return [_row(key, name, ours, theirs) for (key, name, ours), (_key, _name, theirs) in pairs]


def _facts_of(take: Take) -> list[tuple[str, str, Cell]]:
    """Return the settings of a take, then the properties of its file, as keys, names and cells."""
    job = take.job
    fps, size = _("%(fps)s fps") % {"fps": f"{take.fps:g}"}, f"{take.width}×{take.height}"
    sound = _("yes") if take.has_audio else _("no")
    return [
        *_settings_of(job),
        ("size", _("Frame size"), Cell(size, size)),
        ("fps", _("Frame rate"), Cell(fps, fps)),
        ("seconds", _("File duration"), Cell(_duration(take), (f"{take.seconds:.2f}", take.frame_count))),
        ("sound", _("Sound"), Cell(sound, take.has_audio)),
        ("review", _("Review status"), Cell(take.get_review_display(), take.review)),
        ("created_by", _("Created by"), Cell(str(job.created_by), job.created_by_id)),
    ]


def _settings_of(job: Job) -> list[tuple[str, str, Cell]]:
    values = [(setting, getattr(job, setting.name)) for setting in TAKE_SETTINGS]
    return [
        (setting.name, str(setting.label), Cell(setting.display(value), value)) for setting, value in values
    ]


def _duration(take: Take) -> str:
    text = ngettext("%(seconds)s s, %(frames)d frame", "%(seconds)s s, %(frames)d frames", take.frame_count)
    return text % {"seconds": number_format(take.seconds, 2), "frames": take.frame_count}


def _cost(left: Take, right: Take) -> Row:
    """Compare in whole cents, so that the difference matches the amounts shown."""
    ours, theirs = _cents(left), _cents(right)
    cells = Cell(_amount(left, ours), ours), Cell(_amount(right, theirs, than=ours), theirs)
    return _row("cost", _("Cost"), *cells)


def _amount(take: Take, cost: Decimal, *, than: Decimal | None = None) -> str:
    """Return the cost as text, with the difference to another cost if there is one."""
    parts = [usd(cost)]
    if take.job.cost_usd is None:
        parts.append(_("estimated"))
    if than is not None and cost > than:
        parts.append(_("%(amount)s more") % {"amount": usd(cost - than)})
    elif than is not None and cost < than:
        parts.append(_("%(amount)s less") % {"amount": usd(than - cost)})
    return ", ".join(parts)


def _cents(take: Take) -> Decimal:
    cost = take.job.estimate_usd if take.job.cost_usd is None else take.job.cost_usd
    return cost.quantize(Decimal("0.01"))
