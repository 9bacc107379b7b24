"""Archive and delete assets, and delete files that no version uses."""

import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from library.ingest import staging
from library.ingest.bulk import archive_many, restore_many
from library.ingest.links import links_elsewhere
from library.models import Asset, MediaFile, VersionFile

# Uploads are kept for a day until their form is submitted (`library.forms.files`); the hour is a margin for processing.
RETENTION = datetime.timedelta(days=1, hours=1)
BATCH = 200


class InUse(Exception):
    """The asset cannot be deleted, only archived; `uses` are phrases for the user."""

    def __init__(self, uses: list[str]) -> None:
        super().__init__(", ".join(uses))
        self.uses = uses


def archive(asset: Asset) -> None:
    """Hide the asset from lists and new prompts; jobs and versions are unaffected."""
    archive_many([asset])


def unarchive(asset: Asset) -> None:
    """Restore the asset to lists and prompts."""
    restore_many([asset])


def uses_of(asset: Asset) -> list[str]:
    """Return what uses the asset: `3 jobs`. The automatic link of its home project is not counted."""
    jobs = asset.job_references.values("job").distinct().count()
    projects = links_elsewhere(asset).count()
    collections = asset.collections.count()
    counts = [
        (jobs, ngettext("%(count)d job", "%(count)d jobs", jobs)),
        (projects, ngettext("%(count)d project", "%(count)d projects", projects)),
        (collections, ngettext("%(count)d collection", "%(count)d collections", collections)),
    ]
    return [text % {"count": count} for count, text in counts if count]


def delete_asset(asset: Asset) -> None:
    """Delete an unused asset with its versions and aliases; its files are deleted later. Raise InUse."""
    with transaction.atomic():
        locked = Asset.objects.select_for_update().get(pk=asset.pk)
        if uses := uses_of(locked):
            raise InUse(uses)
        # The link of the home project may be pinned, which would protect the version from deletion.
        locked.links.all().delete()
        locked.delete()


def unused_media() -> QuerySet[MediaFile]:
    """Return the files that no version uses, except recent uploads whose form may still be submitted."""
    return MediaFile.objects.filter(
        ~Exists(VersionFile.objects.filter(media=OuterRef("pk"))),
        ~Exists(Asset.objects.filter(cover=OuterRef("pk"))),
        ~Q(brought_at__gte=timezone.now() - RETENTION),
        created_at__lt=timezone.now() - RETENTION,
    )


def purge_media() -> tuple[int, int]:
    """Delete the unused files: their rows first, their objects after the commit. Return the number of files and bytes.

    Objects that the storage fails to delete, or that a killed process leaves, stay staged for the next clean-up.
    """
    files = size = 0
    while batch := _purge_batch():
        files, size = files + len(batch), size + sum(media.size for media in batch)
    return files, size


def forget_media(media: MediaFile) -> bool:
    """Delete the row of an unused file whose object is missing, and its thumbnail."""
    with transaction.atomic():
        locked = MediaFile.objects.select_for_update().filter(pk=media.pk)
        if not locked or not unused_media().filter(pk=media.pk).exists():
            return False
        _delete_row(media)
    return True


@transaction.atomic
def _purge_batch() -> list[MediaFile]:
    chosen = unused_media().order_by("pk").values_list("pk", flat=True)[:BATCH]
    locked = [media.pk for media in MediaFile.objects.select_for_update().filter(pk__in=list(chosen))]
    # Query again under the lock, since a new version may use one of them by now.
    batch = list(unused_media().filter(pk__in=locked))
    for media in batch:
        _delete_row(media)
    return batch


def _delete_row(media: MediaFile) -> None:
    """Delete the row, and its objects after the commit, unless the same bytes have been uploaded again by then."""
    moment = staging.stage(media.sha256, media.key, media.thumbnail_key)
    MediaFile.objects.filter(pk=media.pk).delete()
    transaction.on_commit(partial(staging.remove, media.sha256, moment))
