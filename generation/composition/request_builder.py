"""The sheet on which a request is planned: the provider's fields so far, who plays in them, what was found out.

In the plan `s3:<key>` stands for a file of ours; its address is signed when the request is frozen, and never kept.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from generation.composition import asset_checks
from generation.composition.asset_checks import Part
from generation.composition.handle_resolution import Bindings, Bound
from generation.composition.problems import Level, Problem
from generation.composition.request_with_handles import LISTS, Order, elements, is_handle, text_of
from generation.skyreels.vocabulary import I2V_FIELDS
from library.models import Asset, AssetVersion, MediaFile

OURS = "s3:"
TAG = re.compile(r"@[^\s@]+")
Plan = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """An asset in its part, bound to the version that the request uses; `second` is a keyframe's, None for any."""

    handle: str
    asset: Asset
    version: AssetVersion
    role: str
    position: int
    second: int | None = None
    with_voice: bool = False

    def get_role_display(self) -> str:
        """The part's name for people, as a row of `JobReference` tells it."""
        return str(Part(self.role).label)

    def media(self, role: str) -> list[MediaFile]:
        """The version's files of one role (a value of `VersionFile.Role`), in order."""
        return [file.media for file in self.version.files.all() if file.role == role]


class Sheet:
    """One request while it is planned.

    `settled` are the fields whose trouble is told already, so that the rules need not tell of it again; `tags` holds
    the tag that stands for an asset, by the asset's key.
    """

    def __init__(self, order: Order, found: Bindings) -> None:
        self.order, self.found = order, found
        self.plan: Plan = order.given
        self.references: list[Reference] = []
        self._problems: dict[Problem, None] = {}
        self.settled: set[str] = set()
        self.tags: dict[int, str] = {}

    @property
    def problems(self) -> list[Problem]:
        """What was found out, in the order in which it was."""
        return list(self._problems)

    @property
    def has_frames(self) -> bool:
        """Whether this is image-to-video."""
        return any(name in self.plan for name in I2V_FIELDS)

    @property
    def tagged(self) -> list[tuple[str, Plan]]:
        """The elements that carry something like a tag, each with its path."""
        found = [pair for name in LISTS for pair in elements(self.plan, name)]
        return [(path, element) for path, element in found if TAG.fullmatch(text_of(element.get("tag")))]

    def called(self, value: object, param: str) -> Bound | None:
        """The asset whose handle stands in a field; None for an address, and for what no take can use."""
        if text_of(value).startswith(OURS):
            # Who could name our objects by their keys would have them signed.
            self.tell(param, f"{param} must be a web address (http or https) or a handle", settles=True)
        if not is_handle(value):
            return None
        bound = self.found.get(text_of(value))
        refusal = asset_checks.why_never(bound) if bound else self.found.unknown(text_of(value))
        if refusal:
            self.tell(param, refusal, settles=True)
        return None if refusal else bound

    def give(self, bound: Bound, part: str, param: str, *, second: object = None) -> list[str]:
        """Gives an asset its part, checks its files, and says what stands for them in the field of this path."""
        if bound.version is not None:
            at = second if type(second) is int and second > 0 else None
            place = len(self.references)
            self.references.append(
                Reference(bound.handle, bound.asset, bound.version, part, place, second=at)
            )
        self.check(bound, part, param)
        return [OURS + file.key for file in bound.media(asset_checks.file_role(part))]

    def voice_of(self, bound: Bound, param: str) -> list[str]:
        """The same for the voice of a subject that has its part already."""
        self.check(bound, Part.VOICE, param)
        return [OURS + file.key for file in bound.media(asset_checks.file_role(Part.VOICE))]

    def check(self, bound: Bound, part: str, param: str) -> None:
        """Tells what the facts of the files say against this part."""
        for problem in asset_checks.misfits(bound, part, param):
            self.tell(problem.param, problem.message, problem.level, settles=problem.level == "error")

    def let_speak(self, reference: Reference) -> None:
        """Marks a subject that speaks with its own voice."""
        self.references[reference.position] = replace(reference, with_voice=True)

    def declare(self, element: Plan) -> None:
        """Writes a tag that is a handle of ours in its own spelling."""
        if (bound := self.found.get(text_of(element.get("tag")))) is not None:
            element["tag"] = self.tags[bound.asset.pk] = f"@{bound.handle}"

    def next_path(self, name: str) -> str:
        """Where the next element of a list field goes."""
        listed = self.plan.get(name)
        return f"{name}.{len(listed) if isinstance(listed, list) else 0}"

    def add(self, name: str, element: Plan) -> None:
        """Puts an element behind the others; a field that is no list is left for the rules to refuse."""
        listed = self.plan.setdefault(name, [])
        if isinstance(listed, list):
            listed.append(element)

    def tell(self, param: str, message: str, level: Level = "error", *, settles: bool = False) -> None:
        """Notes a problem, once; one that `settles` a field says all that is to be said about it."""
        self._problems[Problem(param, message, level)] = None
        if settles:
            self.settled.add(param)
