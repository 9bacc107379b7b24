"""What handles mean: for whom, by which name, in which version, with which files. The only module here that asks the
database; four questions for any number of handles, and a few more for earlier and for unknown names."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch
from django.db.models.functions import Lower

from library import handles
from library.catalog.similar_handles import neighbours
from library.models import Asset, AssetVersion, HandleAlias, MediaFile, Project, VersionFile
from library.models.projects import AnyUser
from library.usability import Usability, Use

MAX_NAMES = 200  # of one prompt: more than any request can carry
MAX_NAMES_AT_ONCE = 2000  # of a whole batch, in one question
HINTED = 2  # unknown handles for which a near one is looked for
UNREAD = ("description", "consent_note", "search_text")  # long texts that no request needs


@dataclass(frozen=True)
class Bound:
    """An asset with the version that the project uses; without files there is none."""

    asset: Asset
    version: AssetVersion | None
    is_kept_elsewhere: bool = False  # to another project than the one that asks

    @property
    def handle(self) -> str:
        """Its handle of today, in its own spelling."""
        return self.asset.handle

    def media(self, role: str) -> list[MediaFile]:
        """The version's files of one role (a value of `VersionFile.Role`), in order."""
        if self.version is None:
            return []
        return [file.media for file in self.version.files.all() if file.role == role]

    @cached_property
    def fitness(self) -> Usability:
        """What it can be used as, by the facts of its files."""
        return self.version.usability if self.version else Usability(Use(0))


@dataclass(frozen=True)
class Bindings:
    """What names mean, by folded name. `near` holds handles written like unknown ones, `archived` the names of what
    the user has in the archive."""

    bound: Mapping[str, Bound]
    near: Mapping[str, str]
    archived: Collection[str] = ()

    def get(self, name: str) -> Bound | None:
        """What this name means, whatever its case and with or without the `@`."""
        return self.bound.get(handles.fold(name))

    def unknown(self, name: str) -> str:
        """That nobody knows the name, and what may be meant."""
        if handles.fold(name) in self.archived:
            return f"@{name.removeprefix('@')} is archived. Restore it on its page, or take the @ away."
        near = self.near.get(handles.fold(name))
        hint = f"Did you mean @{near}?" if near else "Add it to the library, or take the @ away."
        return f"@{name.removeprefix('@')} is not in the library. {hint}"


def find(*, user: AnyUser, project: Project, names: Iterable[str]) -> Bindings:
    """What these names mean for this user in this project. An earlier name of an asset means the asset.

    Only the first `MAX_NAMES_AT_ONCE` are looked up; the others are unknown.
    """
    folded = list(dict.fromkeys(handles.fold(name) for name in names if handles.is_handle(_bare(name))))
    folded = folded[:MAX_NAMES_AT_ONCE]
    if not folded:
        return Bindings({}, {})
    assets, archived = _assets(user, folded)
    versions = _versions(project, assets.values())
    bound = {
        name: Bound(
            asset, versions.get(asset.pk), not asset.is_shared and asset.home_project_id != project.pk
        )
        for name, asset in assets.items()
    }
    unknown = [name for name in folded if name not in bound and name not in archived]
    return Bindings(bound, _near(user, unknown), archived)


def _bare(name: str) -> str:
    return name.removeprefix("@")


def _assets(user: AnyUser, names: list[str]) -> tuple[dict[str, Asset], set[str]]:
    """Folded name -> asset, by handles, and by earlier names where no handle is; and those names that mean an archived
    one."""
    seen = Asset.objects.visible_to(user).defer(*UNREAD).order_by()
    called_so = seen.annotate(name=Lower("handle")).filter(name__in=names)
    found = {handles.fold(one.handle): one for one in called_so}
    archived = {name for name, one in found.items() if one.archived_at is not None}
    now = {name: one for name, one in found.items() if name not in archived}
    others = [name for name in names if name not in found]
    aliases = HandleAlias.objects.annotate(folded=Lower("name")).filter(folded__in=others).order_by()
    called = dict(aliases.values_list("folded", "asset_id")) if others else {}
    before = seen.active().in_bulk(set(called.values())) if called else {}
    return now | {name: before[pk] for name, pk in called.items() if pk in before}, archived


def _versions(project: Project, assets: Iterable[Asset]) -> dict[int, AssetVersion]:
    """Key of the asset -> the version that the project pins, else the current one, with its files."""
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


def _near(user: AnyUser, names: list[str]) -> dict[str, str]:
    """Handles that are written like the first few unknown names."""
    near = {}
    for name in names[:HINTED]:
        offered = {handles.fold(handle): handle for handle in neighbours(user, name)}
        if found := difflib.get_close_matches(name, offered, n=1):
            near[name] = offered[found[0]]
    return near
