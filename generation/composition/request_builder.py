"""Mutable builder for a provider request: the fields so far, the assets in them, and the problems found.

In the plan `s3:<key>` stands for a file of ours. Its URL is signed when the request is frozen and never stored.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from generation.composition import asset_checks
from generation.composition.asset_checks import Role
from generation.composition.handle_resolution import ResolvedAsset, ResolvedHandles
from generation.composition.problems import Problem, ProblemCode, problem
from generation.composition.request_with_handles import (
    LIST_FIELDS,
    RequestWithHandles,
    elements,
    is_handle,
    text_of,
)
from generation.skyreels.vocabulary import I2V_FIELDS
from library.models import Asset, AssetVersion, MediaFile

STORAGE_PREFIX = "s3:"
TAG = re.compile(r"@[^\s@]+")
Plan = dict[str, Any]


@dataclass(frozen=True)
class Reference:
    """An asset in a role, with the version that the request uses. `second` is a keyframe's, None for any time."""

    handle: str
    asset: Asset
    version: AssetVersion
    role: str
    position: int
    second: int | None = None
    with_voice: bool = False

    def get_role_display(self) -> str:
        """Return the label of the role, as `JobReference` does."""
        return str(Role(self.role).label)

    def media(self, role: str) -> list[MediaFile]:
        """Return the version's files with a role (a value of `VersionFile.Role`), in order."""
        return [file.media for file in self.version.files.all() if file.role == role]


class RequestBuilder:
    """One provider request while it is built.

    `reported_fields` already have a problem, so the provider's rules need not report them again; `tags` has the tag of
    each asset, by the asset's key.
    """

    def __init__(self, request: RequestWithHandles, handles: ResolvedHandles) -> None:
        self.request, self.handles = request, handles
        self.plan: Plan = request.copied_data
        self.references: list[Reference] = []
        self._problems: dict[Problem, None] = {}
        self.reported_fields: set[str] = set()
        self.tags: dict[int, str] = {}

    @property
    def problems(self) -> list[Problem]:
        """The problems in the order in which they were found, each once."""
        return list(self._problems)

    @property
    def has_frames(self) -> bool:
        """Return whether the request is image-to-video."""
        return any(name in self.plan for name in I2V_FIELDS)

    @property
    def tagged(self) -> list[tuple[str, Plan]]:
        """The elements with a well-formed tag, each with its path."""
        found = [pair for name in LIST_FIELDS for pair in elements(self.plan, name)]
        return [(path, element) for path, element in found if TAG.fullmatch(text_of(element.get("tag")))]

    def resolve_handle(self, value: object, field: str) -> ResolvedAsset | None:
        """Return the asset whose handle a field contains; None for a URL, and for what no take can use."""
        if text_of(value).startswith(STORAGE_PREFIX):
            # Otherwise a client could have any of our objects signed by naming its key.
            self.add_problem(problem(ProblemCode.NOT_A_URL_OR_HANDLE, field), reports_field=True)
        if not is_handle(value):
            return None
        name = text_of(value)
        resolved = self.handles.get(name)
        if resolved is None:
            self.add_problem(self.handles.unknown_problem(name, field), reports_field=True)
        elif unusable := asset_checks.unusable_problem(resolved, field):
            self.add_problem(unusable, reports_field=True)
            return None
        return resolved

    def attach_files(
        self, resolved: ResolvedAsset, role: str, field: str, *, second: object = None
    ) -> list[str]:
        """Add an asset in a role, check its files, and return the values for the field of this path."""
        if resolved.version is not None:
            at = second if type(second) is int and second > 0 else None
            position = len(self.references)
            self.references.append(
                Reference(resolved.handle, resolved.asset, resolved.version, role, position, second=at)
            )
        return self._checked_files(resolved, role, field)

    def voice_files(self, resolved: ResolvedAsset, field: str) -> list[str]:
        """Check the voice of a subject that is already in the request, and return the values for its field."""
        return self._checked_files(resolved, Role.VOICE, field)

    def mark_with_voice(self, reference: Reference) -> None:
        """Record that a subject speaks with its own voice."""
        self.references[reference.position] = replace(reference, with_voice=True)

    def normalize_tag(self, element: Plan) -> None:
        """Write a tag that is a handle of ours in the asset's own spelling."""
        if (resolved := self.handles.get(text_of(element.get("tag")))) is not None:
            element["tag"] = self.tags[resolved.asset.pk] = f"@{resolved.handle}"

    def next_path(self, name: str) -> str:
        """Return the path of the next element of a list field."""
        listed = self.plan.get(name)
        return f"{name}.{len(listed) if isinstance(listed, list) else 0}"

    def append(self, name: str, element: Plan) -> None:
        """Append an element to a list field. A field that is not a list is left for the rules to report."""
        listed = self.plan.setdefault(name, [])
        if isinstance(listed, list):
            listed.append(element)

    def add_problem(self, found: Problem, *, reports_field: bool = False) -> None:
        """Add a problem once. With `reports_field` the provider's rules do not report the field again."""
        self._problems[found] = None
        if reports_field:
            self.reported_fields.add(found.field)

    def add_warning(self, found: Problem) -> None:
        """Add a problem that does not prevent sending."""
        self.add_problem(replace(found, level="warning"))

    def _checked_files(self, resolved: ResolvedAsset, role: str, field: str) -> list[str]:
        for found in asset_checks.role_problems(resolved, role, field):
            self.add_problem(found, reports_field=found.level == "error")
        return [STORAGE_PREFIX + file.key for file in resolved.media(asset_checks.file_role(role))]
