"""Objects that have no row yet, or no longer: what is known of them, so that none stays in the bucket for good.

An upload writes its row here before it stores anything; a removal before it deletes anything. A removal claims exactly
the row that it saw, and an upload of the same bytes cannot begin while one is under way: neither can meet the other
half way, and no lock is held while the storage is spoken to.
"""

import datetime
import logging

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from library import storage
from library.models import MediaFile, StagedUpload

# The longest that an upload may take from its first object to its row.
ABANDONED_AFTER = datetime.timedelta(days=1)
# Two objects take minutes at most to delete, with all tries and time-outs: after that the process was killed.
REMOVAL_LASTS = datetime.timedelta(minutes=15)
BATCH = 200
log = logging.getLogger(__name__)


def stage(sha256: str, key: str, thumbnail_key: str) -> datetime.datetime:
    """Write down that objects of these bytes are about to be stored, or deleted; return the moment for `remove`.

    Raises StorageFailed while objects of the same bytes are being deleted: in a moment they are gone.
    """
    moment = timezone.now()
    values = {"key": key, "thumbnail_key": thumbnail_key, "staged_at": moment}
    found, is_new = StagedUpload.objects.get_or_create(sha256=sha256, defaults=values)
    if not is_new and not _free().filter(pk=found.pk).update(**values, removing_at=None):
        raise storage.StorageFailed(f"{key} is being deleted")
    return moment


def unstage(sha256: str) -> None:
    """The row of these bytes is there."""
    StagedUpload.objects.filter(sha256=sha256).delete()


def remove(sha256: str, staged_at: datetime.datetime) -> bool:
    """Delete the objects of these bytes, unless they were staged anew since then; return whether they are gone.

    What the storage does not delete stays staged.
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
    """Delete the objects of uploads that were broken off, a day after they began; return of how many files."""
    due = _free().filter(staged_at__lt=timezone.now() - ABANDONED_AFTER).order_by("staged_at")
    return sum(remove(*row) for row in list(due.values_list("sha256", "staged_at")[:BATCH]))


def _free() -> QuerySet[StagedUpload]:
    """What nobody is deleting just now."""
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
