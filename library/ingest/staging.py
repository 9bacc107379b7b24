"""Track objects that have no row yet, or no longer, so that none stays in the bucket forever.

An upload writes its row here before it stores anything; a removal before it deletes anything. A removal claims exactly
the row that it read, and an upload of the same bytes cannot start while a removal is running. So they never overlap,
and no lock is held during requests to the storage.
"""

import datetime
import logging

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from library import storage
from library.models import MediaFile, StagedUpload

# The maximum time of an upload from its first object to its row.
ABANDONED_AFTER = datetime.timedelta(days=1)
# Deleting two objects takes minutes at most, including retries and timeouts; after that, the process must have died.
REMOVAL_LASTS = datetime.timedelta(minutes=15)
BATCH = 200
log = logging.getLogger(__name__)


def stage(sha256: str, key: str, thumbnail_key: str) -> datetime.datetime:
    """Record that objects of these bytes are about to be stored or deleted; return the time for `remove`.

    Raise StorageFailed while objects of the same bytes are being deleted, which takes only a moment.
    """
    moment = timezone.now()
    values = {"key": key, "thumbnail_key": thumbnail_key, "staged_at": moment}
    found, is_new = StagedUpload.objects.get_or_create(sha256=sha256, defaults=values)
    if not is_new and not _free().filter(pk=found.pk).update(**values, removing_at=None):
        raise storage.StorageFailed(f"{key} is being deleted")
    return moment


def unstage(sha256: str) -> None:
    """Unstage these bytes, since their row exists."""
    StagedUpload.objects.filter(sha256=sha256).delete()


def remove(sha256: str, staged_at: datetime.datetime) -> bool:
    """Delete the objects of these bytes, unless they have been staged again since; return whether they are gone.

    Objects that the storage fails to delete stay staged.
    """
    begun = timezone.now()
    wanted = MediaFile.objects.filter(sha256=OuterRef("sha256"))
    same = _free().filter(sha256=sha256, staged_at=staged_at)
    if not same.filter(~Exists(wanted)).update(removing_at=begun):
        same.filter(Exists(wanted)).delete()
        return False
    claimed = StagedUpload.objects.filter(sha256=sha256, removing_at=begun)
    return all(map(_delete_objects, claimed)) and bool(claimed.delete()[0])


def remove_abandoned() -> int:
    """Delete the objects of interrupted uploads a day after they started; return the number of files."""
    due = _free().filter(staged_at__lt=timezone.now() - ABANDONED_AFTER).order_by("staged_at")
    return sum(remove(*row) for row in list(due.values_list("sha256", "staged_at")[:BATCH]))


def _free() -> QuerySet[StagedUpload]:
    """Return the rows that no process is deleting at present."""
    return StagedUpload.objects.filter(
        Q(removing_at=None) | Q(removing_at__lt=timezone.now() - REMOVAL_LASTS)
    )


def _delete_objects(staged: StagedUpload) -> bool:
    try:
        for key in filter(None, (staged.key, staged.thumbnail_key)):
            storage.delete(key)
    except storage.StorageFailed as error:
        log.warning("an object without a row stays until the next clean-up: %s", error)
        StagedUpload.objects.filter(pk=staged.pk).update(removing_at=None)
        return False
    return True
