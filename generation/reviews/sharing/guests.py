"""The guests of a share link: admit them, count their views, and find the notes they may read."""

from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db.models import F, QuerySet
from django.utils import timezone

from generation.models import Guest, Note, ShareLink, Take

# A guest who returns after this pause counts as a new view.
VISIT_ENDS_AFTER = timedelta(minutes=30)
RECORD_EVERY = timedelta(minutes=1)


def knows_password(link: ShareLink, password: str) -> bool:
    """Return whether the password is right; a link without one accepts any. Replace hashes of older algorithms."""

    def rehash(typed: str) -> None:
        ShareLink.objects.filter(pk=link.pk, password=link.password).update(password=make_password(typed))

    return not link.password or check_password(password, link.password, rehash)


def add_guest(link: ShareLink, *, name: str) -> Guest:
    """Create a guest and count the first view."""
    guest = Guest.objects.create(link=link, name=name)
    _count_views(link, 1)
    return guest


def record_visit(guest: Guest) -> None:
    """Record that the guest is present, at most once a minute. After a pause, count another view."""
    now = timezone.now()
    pause = now - guest.seen_at
    if pause < RECORD_EVERY:
        return
    # Of two concurrent requests, only one finds the row unchanged.
    if Guest.objects.filter(pk=guest.pk, seen_at=guest.seen_at).update(seen_at=now):
        _count_views(guest.link, int(pause >= VISIT_ENDS_AFTER))


def notes_of(link: ShareLink, take: Take) -> QuerySet[Note]:
    """Return the threads that guests of this link started. Guests do not see the team's own notes."""
    return Note.objects.roots().filter(take=take, guest__link=link, deleted_at__isnull=True)


def _count_views(link: ShareLink, count: int) -> None:
    ShareLink.objects.filter(pk=link.pk).update(views=F("views") + count, last_viewed_at=timezone.now())
