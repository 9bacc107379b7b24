"""Share links whose makers may not share any more: they are paused, and the project's owners are notified once.

Whether a link is paused is worked out in each query (`ShareLinkQuerySet.with_paused`), since users leave, change roles,
are deactivated and deleted in many places. `owners_notified_at` only says whether the owners know.
"""

from django.db import transaction
from django.utils import timezone

from generation.models import ShareLink
from generation.reviews import notifying

MOST_AT_ONCE = 200


def notify_owners() -> int:
    """Notify the owners of projects in which links have been paused since the last time; return how many links."""
    _forget_resumed()
    fresh = ShareLink.objects.unended().paused().filter(owners_notified_at__isnull=True)
    pairs = fresh.order_by().values_list("project_id", "created_by_id").distinct()[:MOST_AT_ONCE]
    return sum(_notify(project, maker) for project, maker in list(pairs))


@transaction.atomic
def _notify(project: int, maker: int | None) -> int:
    """Notify once for all links of one maker; of two workers at once the second finds no rows left."""
    fresh = ShareLink.objects.unended().paused().filter(project=project, created_by=maker)
    rows = ShareLink.objects.filter(pk__in=fresh.values("pk"), owners_notified_at__isnull=True)
    count = rows.update(owners_notified_at=timezone.now())
    if count:
        notifying.links_paused(project, maker=maker)
    return count


def _forget_resumed() -> None:
    """Of a maker who may share again, the next leaving is news again."""
    known = ShareLink.objects.filter(owners_notified_at__isnull=False)
    known.exclude(pk__in=ShareLink.objects.paused().values("pk")).update(owners_notified_at=None)
