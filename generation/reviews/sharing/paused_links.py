"""Notify a project's owners once about share links whose creators may no longer share it.

Each query computes whether a link is paused (`ShareLinkQuerySet.with_paused`), since users leave, change roles, are
deactivated and deleted in many places. `owners_notified_at` only records whether the owners were notified.
"""

from django.db import transaction
from django.utils import timezone

from generation.models import ShareLink
from generation.reviews.notifications import notify

BATCH_SIZE = 200


def notify_owners() -> int:
    """Notify the owners of projects with newly paused links; return the number of links."""
    _reset_resumed()
    fresh = ShareLink.objects.unended().paused().filter(owners_notified_at__isnull=True)
    pairs = fresh.order_by().values_list("project_id", "created_by_id").distinct()[:BATCH_SIZE]
    return sum(_notify(project, creator) for project, creator in list(pairs))


@transaction.atomic
def _notify(project: int, creator: int | None) -> int:
    """Notify once for all links of one creator. Of two concurrent workers, the second finds no rows left."""
    fresh = ShareLink.objects.unended().paused().filter(project=project, created_by=creator)
    rows = ShareLink.objects.filter(pk__in=fresh.values("pk"), owners_notified_at__isnull=True)
    count = rows.update(owners_notified_at=timezone.now())
    if count:
        notify.links_paused(project, creator=creator)
    return count


def _reset_resumed() -> None:
    """Reset the links of creators who may share again, so that the next pause is notified again."""
    known = ShareLink.objects.filter(owners_notified_at__isnull=False)
    known.exclude(pk__in=ShareLink.objects.paused().values("pk")).update(owners_notified_at=None)
