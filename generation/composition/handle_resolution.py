"""Look up handles for a user in a project. The only module of this package that reads the database.

Any number of handles takes four queries, and a few more for earlier and for unknown names.
"""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch
from django.db.models.functions import Lower

from generation.composition.problems import Level, Problem, ProblemCode, problem
from library import handles
from library.catalog.similar_handles import neighbours
from library.models import Asset, AssetVersion, HandleAlias, MediaFile, Project, VersionFile
from library.models.projects import AnyUser
from library.usability import Usability, Use

MAX_NAMES = 200  # in one prompt; more than any request can contain
MAX_NAMES_AT_ONCE = 2000  # in a whole batch, looked up in one query
MAX_SUGGESTIONS = 2  # unknown handles for which a similar one is looked up
DEFERRED = ("description", "consent_note", "search_text")  # long texts that no request needs


@dataclass(frozen=True)
class ResolvedAsset:
    """An asset with the version that the project uses; None if it has no files."""

    asset: Asset
    version: AssetVersion | None
    is_in_other_project: bool = False  # and not shared with this one

    @property
    def handle(self) -> str:
        """The current handle, in its original spelling."""
        return self.asset.handle

    def media(self, role: str) -> list[MediaFile]:
        """Return the version's files with a role (a value of `VersionFile.Role`), in order."""
        if self.version is None:
            return []
        return [file.media for file in self.version.files.all() if file.role == role]

    @cached_property
    def fitness(self) -> Usability:
        """The uses that its files allow."""
        return self.version.usability if self.version else Usability(Use(0))


@dataclass(frozen=True)
class ResolvedHandles:
    """Assets by folded name. `similar` maps unknown names to handles that are spelled like them; `archived` holds the
    names of archived assets that the user may see."""

    assets: Mapping[str, ResolvedAsset]
    similar: Mapping[str, str]
    archived: Collection[str] = ()

    def get(self, name: str) -> ResolvedAsset | None:
        """Return the asset with this name, in any case and with or without the `@`."""
        return self.assets.get(handles.fold(name))

    def unknown_problem(self, name: str, field: str, level: Level = "error") -> Problem:
        """Return the problem of a name that `get` does not find, with a suggestion if there is a similar handle."""
        bare, folded = _bare(name), handles.fold(name)
        if folded in self.archived:
            return problem(ProblemCode.ARCHIVED_HANDLE, field, level=level, handle=bare)
        suggestion = self.similar.get(folded, "")
        return problem(ProblemCode.UNKNOWN_HANDLE, field, level=level, suggestion=suggestion, handle=bare)


def resolve_handles(*, user: AnyUser, project: Project, names: Iterable[str]) -> ResolvedHandles:
    """Return what these names refer to for this user in this project. Earlier names of an asset refer to it too.

    Only the first `MAX_NAMES_AT_ONCE` are looked up; the others count as unknown.
    """
    folded = list(dict.fromkeys(handles.fold(name) for name in names if handles.is_handle(_bare(name))))
    folded = folded[:MAX_NAMES_AT_ONCE]
    if not folded:
        return ResolvedHandles({}, {})
    assets, archived = _assets(user, folded)
    versions = _versions(project, assets.values())
    resolved = {
        name: ResolvedAsset(
            asset, versions.get(asset.pk), not asset.is_shared and asset.home_project_id != project.pk
        )
        for name, asset in assets.items()
    }
    unknown = [name for name in folded if name not in resolved and name not in archived]
    return ResolvedHandles(resolved, _similar(user, unknown), archived)


def _bare(name: str) -> str:
    return name.removeprefix("@")


def _assets(user: AnyUser, names: list[str]) -> tuple[dict[str, Asset], set[str]]:
    """Return active assets by folded name, where handles precede earlier names; and the names of archived ones."""
    visible = Asset.objects.visible_to(user).defer(*DEFERRED).order_by()
    by_handle = visible.annotate(name=Lower("handle")).filter(name__in=names)
    found = {handles.fold(asset.handle): asset for asset in by_handle}
    archived = {name for name, asset in found.items() if asset.archived_at is not None}
    active = {name: asset for name, asset in found.items() if name not in archived}
    others = [name for name in names if name not in found]
    aliases = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=others).order_by()
    by_alias = dict(aliases.values_list("folded", "asset_id")) if others else {}
    renamed = visible.active().in_bulk(set(by_alias.values())) if by_alias else {}
    return active | {name: renamed[pk] for name, pk in by_alias.items() if pk in renamed}, archived


def _versions(project: Project, assets: Iterable[Asset]) -> dict[int, AssetVersion]:
    """Return the version that the project pins, else the current one, with its files, by the asset's key."""
    by_key = {asset.pk: asset for asset in assets}
    links = project.links.filter(asset__in=by_key, pinned_version__isnull=False)
    chosen = {pk: asset.current_version_id for pk, asset in by_key.items()}
    chosen |= dict(links.order_by().values_list("asset_id", "pinned_version_id"))
    files = Prefetch("files", VersionFile.objects.select_related("media").order_by("role", "position"))
    wanted = AssetVersion.objects.filter(pk__in=[pk for pk in chosen.values() if pk]).order_by()
    versions = {version.asset_id: version for version in wanted.prefetch_related(files)}
    for pk, version in versions.items():
        version.asset = by_key[pk]
    return versions


def _similar(user: AnyUser, names: list[str]) -> dict[str, str]:
    """Return handles that are spelled like the first few unknown names."""
    similar = {}
    for name in names[:MAX_SUGGESTIONS]:
        offered = {handles.fold(handle): handle for handle in neighbours(user, name)}
        if found := difflib.get_close_matches(name, offered, n=1):
            similar[name] = offered[found[0]]
    return similar
