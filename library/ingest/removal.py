"""How things leave: assets are archived, or deleted when nothing uses them; files go when no version has them."""

import datetime
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from library.ingest import staging
from library.ingest.bulk import archive_many, restore_many
from library.ingest.links import links_elsewhere
from library.models import Asset, MediaFile, VersionFile

# A file waits at most a day for its form (`library.forms.files`), plus a margin for processing a form submitted in the
# last second.
KEPT_FOR = datetime.timedelta(days=1, hours=1)
BATCH = 200


class InUse(Exception):
    """The asset cannot be deleted, only archived; `reasons` are pieces of a sentence for people."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


def archive(asset: Asset) -> None:
    """Takes the asset out of lists and new prompts; jobs and versions stay."""
    archive_many([asset])


def unarchive(asset: Asset) -> None:
    """Brings it back as it was."""
    restore_many([asset])


def reasons_to_keep(asset: Asset) -> list[str]:
    """What uses the asset: `3 jobs used it`. The link of its home project came by itself and does not count."""
    counts = [
        (asset.job_references.values("job").distinct().count(), "job used it", "jobs used it"),
        (links_elsewhere(asset).count(), "project links it", "projects link it"),
        (asset.collections.count(), "collection holds it", "collections hold it"),
    ]
    return [f"{count} {one if count == 1 else many}" for count, one, many in counts if count]


def delete_asset(asset: Asset) -> None:
    """Deletes an asset that nothing uses, with its versions and names; its files wait for the purge. Raises InUse."""
    with transaction.atomic():
        locked = Asset.objects.select_for_update().get(pk=asset.pk)
        if reasons := reasons_to_keep(locked):
            raise InUse(reasons)
        # The home's own link may be pinned, and what is pinned cannot go before its link.
        locked.links.all().delete()
        locked.delete()


def unused_media() -> QuerySet[MediaFile]:
    """The files that no version has, but those that may wait for a form."""
    return MediaFile.objects.filter(
        ~Exists(VersionFile.objects.filter(media=OuterRef("pk"))),
        ~Exists(Asset.objects.filter(cover=OuterRef("pk"))),
        ~Q(brought_at__gte=timezone.now() - KEPT_FOR),
        created_at__lt=timezone.now() - KEPT_FOR,
    )


def purge_media() -> tuple[int, int]:
    """Deletes the files that no version uses: rows first, their objects after the commit. Returns files and bytes.

    Objects that the storage fails to delete, or that a killed process leaves, stay staged for the next clean-up.
    """
    files = size = 0
    while batch := _purge_batch():
        files, size = files + len(batch), size + sum(media.size for media in batch)
    return files, size


def forget_media(media: MediaFile) -> bool:
    """Deletes the row of a file whose object is lost, and its thumbnail, if no version uses it."""
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
    # Asked again under the lock, since a version may have taken one of them meanwhile.
    batch = list(unused_media().filter(pk__in=locked))
    for media in batch:
        _delete_row(media)
    return batch


def _delete_row(media: MediaFile) -> None:
    """Delete the row, and its objects after the commit, unless the same bytes have been uploaded again by then."""
    moment = staging.stage(media.sha256, media.key, media.thumbnail_key)
    MediaFile.objects.filter(pk=media.pk).delete()
    transaction.on_commit(partial(staging.remove, media.sha256, moment))
