"""What a share link shows: its takes in their order, and nothing else."""

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.models import (
    Playlist,
    PlaylistItem,
    Shot,
    Take,
)
from generation.reviews.playlists import playlists
from generation.reviews.sharing.share_links import Target
from library.models import Membership, Project, Role
from tests import factories
from tests.generation.views.conftest import make_take
from tests.generation.views.guests.conftest import Share, enter, page_of, text_of


def test_a_link_shows_its_takes_and_no_other(alice: User, project: Project, shot: Shot, share: Share) -> None:
    one, two, loose = (make_take(alice, project, shot=where) for where in (shot, shot, None))
    Take.objects.filter(pk=loose.pk).update(review=Take.Review.APPROVED)
    far = factories.project(alice, name="Far Shore", slug="far-shore")
    elsewhere = make_take(alice, far)
    Take.objects.filter(pk=elsewhere.pk).update(review=Take.Review.APPROVED)
    playlist = Playlist.objects.create(project=project, name="Dailies", created_by=alice)
    for place, listed in enumerate([two, elsewhere, loose], 1):
        PlaylistItem.objects.create(playlist=playlist, take=listed, position=place)
    everything = [one, two, loose, elsewhere]

    def opened(target: Target) -> list[Take]:
        link = share(target)
        browser = enter(link)
        return [take for take in everything if browser.get(page_of(link, take)).status_code == 200]

    assert opened(one) == [one]
    assert opened(shot) == [one, two]
    assert opened(playlist) == [two, loose]
    assert opened(project) == [loose]
    # Approved at that time: it goes when the approval goes.
    link = share(project)
    browser = enter(link)
    Take.objects.filter(pk=loose.pk).update(review=Take.Review.CHANGES)
    assert browser.get(page_of(link, loose)).status_code == 404
    assert browser.get(link.get_absolute_url()).context["cards"] == []


def test_a_playlist_over_projects_is_shown_as_far_as_its_sharer_may_share(
    alice: User, bob: User, project: Project, share: Share
) -> None:
    """bob made the link: he edits here and over there, looks on in the third project and is no member of the last."""
    home = [make_take(alice, project)]
    others = [factories.project(alice, name=name) for name in ("Far Shore", "Far Hills", "Far Isles")]
    factories.join(others[0], bob, Role.EDITOR)
    factories.join(others[1], bob, Role.VIEWER)
    takes = [*home, *(make_take(alice, other) for other in others)]
    unlisted = make_take(alice, others[0])
    playlist = playlists.create(by=alice, project=project, name="Dailies", takes=takes)
    link = share(playlist, verdicts=True)
    browser = enter(link)

    def opened() -> list[Take]:
        told = text_of(browser.get(link.get_absolute_url()))
        reached = [one for one in (*takes, unlisted) if browser.get(page_of(link, one)).status_code == 200]
        assert reached == [one for one in (*takes, unlisted) if f"takes/{one.uuid}/" in told]
        return reached

    assert opened() == takes[:2]
    assert "Far Shore" in text_of(browser.get(page_of(link, takes[1])))
    assert browser.post(f"{page_of(link, takes[1])}notes/", {"text": "Longer"}).status_code == 302
    assert browser.post(f"{page_of(link, takes[2])}notes/", {"text": "Longer"}).status_code == 404
    Membership.objects.filter(user=bob, project=others[0]).update(role=Role.REVIEWER)
    assert opened() == home
    Membership.objects.filter(user=bob, project=others[0]).update(role=Role.OWNER)
    assert opened() == takes[:2]
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert browser.get(link.get_absolute_url()).status_code == 403


def test_a_playlist_is_shown_in_its_order(alice: User, project: Project, share: Share) -> None:
    takes = [make_take(alice, project) for _ in range(3)]
    playlist = Playlist.objects.create(project=project, name="Dailies", created_by=alice)
    for place, number in enumerate([2, 0, 1], 1):
        PlaylistItem.objects.create(playlist=playlist, take=takes[number], position=place)
    link = share(playlist)
    told = text_of(enter(link).get(link.get_absolute_url()))
    assert sorted(takes, key=lambda one: told.index(f"takes/{one.uuid}/")) == [takes[2], takes[0], takes[1]]


def test_a_long_list_pages_and_costs_no_more_queries(
    alice: User, project: Project, shot: Shot, share: Share
) -> None:
    link = share(shot)
    browser = enter(link)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get(link.get_absolute_url())
        return len(seen)

    make_take(alice, project, shot=shot)
    first = cost()
    for _ in range(40):
        make_take(alice, project, shot=shot)
    assert cost() == first <= 5
    page = browser.get(link.get_absolute_url() + "?page=2").context["page"]
    assert (page.number, page.paginator.num_pages) == (2, 2)


def test_pages_are_kept_by_nobody_and_lead_nowhere_else(take: Take, shot: Shot, share: Share) -> None:
    link = share(shot, verdicts=True)
    browser = enter(link)
    for path in (link.get_absolute_url(), page_of(link, take), "/s/of-nobody/"):
        answer = browser.get(path)
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        # `no-referrer` would make browsers send forms as if from nowhere, which are refused.
        assert answer["Referrer-Policy"] == "same-origin"
        told = text_of(answer)
        links = {part.partition('"')[0] for part in told.split(' href="')[1:]}
        links |= {part.partition('"')[0] for part in told.split(' action="')[1:]}
        inside = ("#", "/static/", link.get_absolute_url())
        assert {found for found in links if not found.startswith(inside)} == set()


def test_addresses_of_films_last_some_minutes(take: Take, share: Share) -> None:
    link = share(take, download=True)
    told = text_of(enter(link).get(link.get_absolute_url()))
    signed = [part.partition('"')[0] for part in told.split('"') if "X-Amz-Expires=" in part]
    assert len(signed) >= 3
    assert {found.partition("X-Amz-Expires=")[2].partition("&")[0] for found in signed} == {"1200"}
