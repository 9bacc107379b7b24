"""Storage quotas per user and per project, computed from the rows without requests to the storage.

A user's usage is the files of the versions that they created, and uploads that no version uses yet; a project's usage
is the files of its assets, its takes and the provider's originals. Each file counts once per owner, however many
versions use it. Renders are never refused: they are already paid for when their size becomes known.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Sum, When
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from library.models import Asset, MediaFile, Project, VersionFile

GB = 10**9


@dataclass(frozen=True)
class Usage:
    """The number of bytes stored, and the limit; 0 means no limit."""

    used: int
    limit: int

    def has_room_for(self, size: int) -> bool:
        """Return whether this many more bytes are allowed."""
        return not self.limit or self.used + size <= self.limit

    def __str__(self) -> str:
        used, limit = _gb(self.used), _gb(self.limit)
        if not self.limit:
            return _("%(used)s GB stored") % {"used": used}
        return _("%(used)s of %(limit)s GB stored") % {"used": used, "limit": limit}


class OverQuota(Exception):
    """The quota has no room for these files; nothing was stored. The message contains the figures."""


def usage_of(user: User) -> Usage:
    """Return the user's usage."""
    size = _size_of(_files_of_versions(user)) + _size_of(_pending_of(user))
    return Usage(size, settings.USER_STORAGE_GB * GB)


def usage_of_project(project: Project) -> Usage:
    """Return the project's usage."""
    size = Case(When(takes__original_key="", then=F("takes__size")), default=F("takes__size") * 2)
    takes = Project.objects.filter(pk=project.pk).aggregate(size=Sum(size))["size"] or 0
    return Usage(_size_of(_files_at(project)) + takes, settings.PROJECT_STORAGE_GB * GB)


def check_size(size: int, *, by: User | None, project: Project | None) -> None:
    """Raise OverQuota for a new file of this size, before it is stored."""
    if by and settings.USER_STORAGE_GB:
        _check_user(usage_of(by), size)
    if project and settings.PROJECT_STORAGE_GB:
        _check_project(usage_of_project(project), project, size)


def check_known(media: MediaFile, *, by: User | None, project: Project | None) -> None:
    """Raise OverQuota for an existing file if it would count for one more owner."""
    if by and settings.USER_STORAGE_GB:
        counted = _files_of_versions(by) | _pending_of(by)
        _check_user(usage_of(by), _added([media.pk], counted))
    if project and settings.PROJECT_STORAGE_GB:
        _check_project(usage_of_project(project), project, _added([media.pk], _files_at(project)))


def check_files(files: Iterable[MediaFile], *, by: User, project: Project | None) -> None:
    """Raise OverQuota unless these files fit the quotas of the version's creator and its project.

    Call it in the transaction that writes the version: it locks both, so that concurrent versions see each other.
    """
    keys = [one.pk for one in files]
    if settings.USER_STORAGE_GB:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        # Without pending uploads: concurrent ones were each accepted before they could see the others.
        kept = _files_of_versions(by)
        _check_user(Usage(_size_of(kept), settings.USER_STORAGE_GB * GB), _added(keys, kept))
    if project and settings.PROJECT_STORAGE_GB:
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        _check_project(usage_of_project(project), project, _added(keys, _files_at(project)))


def check_move(asset: Asset, project: Project) -> None:
    """Raise OverQuota unless the project has room for all versions of an asset that is moved to it. Call it in the
    transaction that moves it."""
    if settings.PROJECT_STORAGE_GB:
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        keys = VersionFile.objects.filter(version__asset=asset).values_list("media", flat=True)
        _check_project(usage_of_project(project), project, _added(list(keys), _files_at(project)))


# Start from the uses of one owner: a subquery per file would read the whole library.


def _files_of_versions(user: User) -> QuerySet[MediaFile]:
    uses = VersionFile.objects.filter(version__created_by=user)
    return MediaFile.objects.filter(pk__in=uses.values("media"))


def _pending_of(user: User) -> QuerySet[MediaFile]:
    used = VersionFile.objects.filter(media=OuterRef("pk"))
    return MediaFile.objects.filter(~Exists(used), brought_by=user)


def _files_at(project: Project) -> QuerySet[MediaFile]:
    uses = VersionFile.objects.filter(version__asset__home_project=project)
    return MediaFile.objects.filter(pk__in=uses.values("media"))


def _added(keys: list[int], counted: QuerySet[MediaFile]) -> int:
    known = set(counted.filter(pk__in=keys).values_list("pk", flat=True))
    return _size_of(MediaFile.objects.filter(pk__in=set(keys) - known))


def _size_of(files: QuerySet[MediaFile]) -> int:
    return int(files.aggregate(size=Sum("size"))["size"] or 0)


def _check_user(usage: Usage, size: int) -> None:
    if size and not usage.has_room_for(size):
        full = _(
            "Your storage is full: %(used)s of %(limit)s GB are used, and this adds %(size)s GB. Delete assets that "
            "you no longer need, or ask an administrator for more."
        )
        raise OverQuota(full % _figures(usage, size))


def _check_project(usage: Usage, project: Project, size: int) -> None:
    if size and not usage.has_room_for(size):
        full = _(
            "The storage of %(project)s is full: %(used)s of %(limit)s GB are used, and this adds %(size)s GB. Choose "
            "another project, or ask an administrator for more."
        )
        raise OverQuota(full % {"project": project, **_figures(usage, size)})


def _figures(usage: Usage, size: int) -> dict[str, str]:
    return {"used": _gb(usage.used), "limit": _gb(usage.limit), "size": _gb(size)}


def _gb(size: int) -> str:
    """Format gigabytes with enough digits to distinguish small files from none."""
    decimals = 2 if size >= GB // 100 or not size else 5
    return number_format(size / GB, decimals, force_grouping=True)
