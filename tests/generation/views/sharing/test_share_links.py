"""A project's share links: made, listed, taken back; and blind votes up to their result."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generation.models import Playlist, ShareLink, Shot, Take, Vote
from generation.reviews.notes import notes
from generation.reviews.sharing import guests, share_links, voting
from generation.reviews.sharing.share_links import Terms
from library.models import Project
from tests import factories
from tests.generation.views.conftest import Visit, make_take
from tests.generation.views.guests.conftest import prepare

LINKS = "/projects/harbour-lights/links/"
ASKED = {"what": "project", "days": "14", "allows_notes": "on"}


@pytest.fixture
def shot(project: Project) -> Shot:
    return Shot.objects.create(project=project, code="010", title="The ferry")


@pytest.fixture
def takes(alice: User, project: Project, shot: Shot) -> list[Take]:
    return [make_take(alice, project, shot=shot) for _ in range(3)]


@pytest.fixture
def ballot(takes: list[Take], shot: Shot, alice: User) -> ShareLink:
    """A blind vote between three takes."""
    ends = timezone.now() + timedelta(days=1)
    return share_links.share(shot, by=alice, terms=Terms(blind=True), expires_at=ends, label="For the client")


def told_by(browser: Client, address: str = LINKS) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def guest_at(link: ShareLink, name: str) -> Client:
    browser = Client()
    browser.post(f"{link.get_absolute_url()}enter/", {"name": name})
    return browser


# Making links


def test_a_new_link_is_listed_with_its_url(as_alice: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://backlot.example"
    answer = as_alice.post(LINKS, ASKED | {"label": "Client of Monday"})
    link = ShareLink.objects.get()
    assert answer["Location"] == f"{LINKS}#link-{link.uuid}"
    assert (link.kind, link.allows_notes, link.allows_verdicts, link.password) == ("project", True, False, "")
    assert abs(link.expires_at - timezone.now() - timedelta(days=14)) < timedelta(minutes=1)
    told = told_by(as_alice)
    assert f"https://backlot.example/s/{link.token}/" in told
    assert "Client of Monday" in told


def test_the_target_is_preselected_by_the_query(
    as_alice: Client, takes: list[Take], project: Project
) -> None:
    playlist = Playlist.objects.create(project=project, name="Dailies")
    for query, value in [
        (f"take={takes[1].uuid}", f"take:{takes[1].uuid}"),
        ("shot=010", "shot:010"),
        (f"playlist={playlist.uuid}", f"playlist:{playlist.uuid}"),
    ]:
        assert f'<option value="{value}" selected>' in told_by(as_alice, f"{LINKS}?{query}")
        assert as_alice.post(LINKS, ASKED | {"what": value}).status_code == 302
    assert set(ShareLink.objects.values_list("kind", flat=True)) == {"take", "shot", "playlist"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "shot:999"}, "what"),
        ({"what": "take:nonsense"}, "what"),
        ({"what": "everything"}, "what"),
        ({"days": "0"}, "days"),
        ({"days": ""}, "days"),
        ({"until": "2020-01-01"}, "until"),
        ({"until": "9999-12-31"}, "until"),
        ({"password": "short"}, "password"),
        ({"has_watermark": "on", "watermark_text": "for Otto 😀"}, "watermark_text"),
        ({"is_blind": "on"}, "is_blind"),
    ],
)
def test_errors_are_shown_at_their_field(as_alice: Client, changed: dict[str, str], field: str) -> None:
    answer = as_alice.post(LINKS, ASKED | {"label": "kept"} | changed)
    assert (answer.status_code, ShareLink.objects.count()) == (422, 0)
    assert list(answer.context["form"].errors) == [field]
    assert 'value="kept"' in answer.content.decode()


def test_a_vote_has_at_most_26_takes(as_alice: Client, alice: User, shot: Shot) -> None:
    for _ in range(27):
        make_take(alice, shot.project, shot=shot)
    asked = ASKED | {"what": "shot:010", "is_blind": "on"}
    answer = as_alice.post(LINKS, asked)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["is_blind"])
    shot.takes.first().delete()
    assert as_alice.post(LINKS, asked).status_code == 302
    link = prepare(ShareLink.objects.get())
    told = told_by(guest_at(link, "Greta"), link.get_absolute_url())
    assert all(f'"candidate-letter">{letter}<' in told for letter in "AZ")


def test_another_projects_takes_cannot_be_shared_from_here(
    as_alice: Client, alice: User, charlie: User
) -> None:
    far = factories.project(charlie, name="Far Shore", slug="far-shore")
    take = make_take(charlie, far)
    playlist = Playlist.objects.create(project=far, name="Secret dailies")
    for what in (f"take:{take.uuid}", f"playlist:{playlist.uuid}"):
        answer = as_alice.post(LINKS, ASKED | {"what": what})
        assert (answer.status_code, ShareLink.objects.count()) == (422, 0)
        assert "Secret dailies" not in answer.content.decode()


def test_a_day_overrides_the_number_of_days(as_alice: Client) -> None:
    day = timezone.now().date() + timedelta(days=3)
    as_alice.post(LINKS, ASKED | {"until": day.isoformat()})
    ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
    assert ShareLink.objects.get().expires_at == ends


def test_the_password_is_stored_as_a_hash_and_never_shown(as_alice: Client) -> None:
    as_alice.post(LINKS, ASKED | {"password": "low tide at nine"})
    link = ShareLink.objects.get()
    assert "low tide" not in link.password
    told = told_by(as_alice)
    assert [word for word in ("low tide", link.password) if word in told] == []


# Afterwards


def test_a_revoked_link_is_closed_and_remains_in_the_list(as_alice: Client) -> None:
    as_alice.post(LINKS, ASKED)
    link = ShareLink.objects.get()
    address = link.get_absolute_url()
    assert Client().get(address).status_code == 200
    assert as_alice.post(f"/links/{link.uuid}/revoke/").status_code == 302
    assert Client().get(address).status_code == 410
    told = told_by(as_alice)
    assert "badge-bad" in told
    assert link.token not in told
    at = ShareLink.objects.get().revoked_at
    as_alice.post(f"/links/{link.uuid}/revoke/")
    assert ShareLink.objects.get().revoked_at == at


def test_reviewers_and_viewers_cannot_create_links(project: Project, visit: Visit, ballot: ShareLink) -> None:
    for name, status in (("rita", 403), ("vera", 403)):
        browser = visit(name)
        assert browser.get(LINKS).status_code == status
        assert browser.post(LINKS, ASKED).status_code == status
        assert browser.post(f"/links/{ballot.uuid}/revoke/").status_code == status
        assert browser.post(f"/links/{ballot.uuid}/close/").status_code == status
    ballot.refresh_from_db()
    assert (ballot.revoked_at, ballot.closed_at, ShareLink.objects.count()) == (None, None, 1)


def test_a_long_list_costs_no_more_queries(
    as_alice: Client, shot: Shot, takes: list[Take], alice: User
) -> None:
    ends = timezone.now() + timedelta(days=1)

    def add() -> None:
        for terms in (Terms(), Terms(blind=True)):
            link = share_links.share(shot, by=alice, terms=terms, expires_at=ends)
            voting.close(link)
            Vote.objects.create(link=link, guest=guests.add_guest(link, name="Greta"), take=takes[0])

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            told_by(as_alice)
        return len(seen)

    add()
    first = cost()
    for _ in range(4):
        add()
    assert cost() == first <= 15


def test_only_votes_can_be_closed(as_alice: Client, project: Project) -> None:
    as_alice.post(LINKS, ASKED)
    link = ShareLink.objects.get()
    assert as_alice.post(f"/links/{link.uuid}/close/").status_code == 404
    assert ShareLink.objects.get().closed_at is None


def test_only_users_who_may_share_see_links_to_the_page(
    project: Project, takes: list[Take], visit: Visit
) -> None:
    playlist = Playlist.objects.create(project=project, name="Dailies")
    pages = [project.get_absolute_url(), takes[0].get_absolute_url(), playlist.get_absolute_url()]
    for name, leads in (("alice", True), ("bob", True), ("rita", False), ("vera", False)):
        browser = visit(name)
        assert [LINKS in told_by(browser, page) for page in pages] == [leads] * 3


def test_who_answers_a_guest_is_told_that_guests_read_it(
    as_alice: Client, alice: User, takes: list[Take], project: Project
) -> None:
    ends = timezone.now() + timedelta(days=1)
    link = share_links.share(takes[0], by=alice, terms=Terms(), expires_at=ends)
    asked = notes.write(takes[0], text="could it hold?", guest=guests.add_guest(link, name="Greta"))
    own = notes.write(takes[0], text="our own", author=alice)
    hints = [
        '<p class="hint">'
        in told_by(as_alice, f"/notes/{note.uuid}/reply/").split('class="fields note-asked"')[1]
        for note in (asked, own)
    ]
    assert hints == [True, False]
