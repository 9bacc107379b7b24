"""How often a share link was looked at."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from generation.models import (
    Guest,
    ShareLink,
    Take,
)
from tests.generation.views.guests.conftest import Share, enter, page_of


def test_a_visit_is_counted_once(take: Take, share: Share) -> None:
    link = share(take)
    Client().get(link.get_absolute_url())
    browser = enter(link)
    for _ in range(3):
        browser.get(link.get_absolute_url())

    def views() -> int:
        return ShareLink.objects.get(pk=link.pk).views

    assert views() == 1
    assert ShareLink.objects.get(pk=link.pk).last_viewed_at is not None
    for silence, seen in ((timedelta(minutes=29), 1), (timedelta(minutes=31), 2), (timedelta(days=3), 3)):
        Guest.objects.update(seen_at=timezone.now() - silence)
        browser.get(link.get_absolute_url())
        browser.get(page_of(link, take))
        assert views() == seen
    enter(link, "Otto")
    assert views() == 4
