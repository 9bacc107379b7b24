"""Restore versions, and determine what a new version affects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from library.ingest.assets import WrongFiles, add_version
from library.models import Asset, AssetVersion, MediaFile, Project, ProjectAsset


@dataclass(frozen=True)
class Impact:
    """The effects of a new version: the links that the user may see, the numbers of hidden ones, jobs and takes."""

    following: Sequence[ProjectAsset]
    pinned: Sequence[ProjectAsset]
    hidden_following: int
    hidden_pinned: int
    jobs: int
    takes: int
    approved: int


def files_of(version: AssetVersion | None) -> list[MediaFile]:
    """Return a version's media files in order."""
    if version is None:
        return []
    return [use.media for use in version.files.select_related("media").order_by("position")]


def restore_version(version: AssetVersion, *, by: User, after: int | None = None) -> AssetVersion:
    """Create a version with the files of an earlier one. Raise WrongFiles if those are the current files, and StaleEdit
    if a version after the number `after` has been created."""
    with transaction.atomic():
        asset = Asset.objects.select_for_update().get(pk=version.asset_id)
        files = files_of(version)
        if files == files_of(asset.current_version):
            same = _("Version %(number)d has the same files as the current version.")
            raise WrongFiles(same % {"number": version.number})
        note = _("restored from v%(number)d") % {"number": version.number}
        return add_version(asset, by=by, media=files, note=note, after=after)


def impact_of(asset: Asset, user: User) -> Impact:
    """Return the projects that follow the asset and get a new version at once, those pinned to a version, and how many
    jobs, takes and approved takes used it, which keep the version that they used."""
    links = list(asset.links.select_related("project", "pinned_version").order_by("project__name"))
    visible = set(
        Project.objects.visible_to(user)
        .filter(pk__in=[link.project_id for link in links])
        .values_list("pk", flat=True)
    )
    seen = [link for link in links if link.project_id in visible]
    used = asset.job_references.order_by()
    return Impact(
        following=_following(seen),
        pinned=_pinned(seen),
        hidden_following=len(_following(links)) - len(_following(seen)),
        hidden_pinned=len(_pinned(links)) - len(_pinned(seen)),
        jobs=used.values("job").distinct().count(),
        takes=used.filter(job__take__isnull=False).values("job").distinct().count(),
        approved=used.filter(job__take__review="approved").values("job").distinct().count(),
    )


def _following(links: Iterable[ProjectAsset]) -> list[ProjectAsset]:
    return [link for link in links if link.pinned_version_id is None]


def _pinned(links: Iterable[ProjectAsset]) -> list[ProjectAsset]:
    return [link for link in links if link.pinned_version_id is not None]
