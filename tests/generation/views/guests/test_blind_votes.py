"""Blind votes from the first look to the result, and what stays when what a link showed is deleted."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import Guest, Job, LinkFilm, Playlist, PlaylistItem, ShareLink, Shot, Take, Vote
from generation.reviews.playlists import playlists
from generation.reviews.sharing import share_links, voting
from generation.reviews.sharing.share_links import Terms
from library.models import Project
from tests.generation.views.conftest import make_take
from tests.generation.views.guests.conftest import enter, prepare, text_of

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
    return prepare(
        share_links.share(shot, by=alice, terms=Terms(blind=True), expires_at=ends, label="For the client")
    )


def told_by(browser: Client, address: str = LINKS) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return text_of(answer)


def test_takes_are_unlabelled_and_in_an_order_of_each_guests_own(
    ballot: ShareLink, takes: list[Take]
) -> None:
    orders = set()
    for number in range(12):
        browser = enter(ballot, f"Guest {number}")
        told = told_by(browser, ballot.get_absolute_url())
        hidden = ["Take 1", "Take 2", "Take 3", "attachment", *(str(take.uuid) for take in takes)]
        assert [word for word in hidden if word in told] == []
        assert 'aria-label="Take A"' in told
        orders.add(tuple(sorted((take.pk for take in takes), key=lambda pk: _place(told, takes, pk))))
        assert _place(told_by(browser, ballot.get_absolute_url()), takes, takes[0].pk) == _place(
            told, takes, takes[0].pk
        )
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(take.pk for take in takes)}


def _place(told: str, takes: list[Take], pk: int) -> int:
    return told.index(LinkFilm.objects.get(take=pk).key)


def test_one_choice_which_may_be_changed_until_the_vote_is_closed(
    ballot: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    browser = enter(ballot, "Greta")
    vote = f"{ballot.get_absolute_url()}vote/"
    guest = Guest.objects.get()
    first, _, last = voting.candidates(ballot, guest)
    for found in (first, last):
        assert browser.post(vote, {"choice": found.mark}).status_code == 302
        assert Vote.objects.get().take == found.take
    for wrong in ("", "A", "Take 1", str(takes[0].uuid)):
        assert browser.post(vote, {"choice": wrong}).status_code == 422
    assert Vote.objects.get().take == last.take
    as_alice.post(f"/links/{ballot.uuid}/close/")
    answer = browser.post(vote, {"choice": first.mark})
    assert (answer.status_code, "The vote is closed" in answer.content.decode()) == (422, True)
    assert Vote.objects.get().take == last.take


def test_nobody_is_told_the_result_before_the_vote_is_closed(
    ballot: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    guests = [enter(ballot, name) for name in ("Greta", "Otto", "Ida")]
    for browser, guest, take in zip(guests, Guest.objects.order_by("pk"), (0, 0, 2), strict=True):
        marks = {found.take.pk: found.mark for found in voting.candidates(ballot, guest)}
        browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": marks[takes[take].pk]})
    told = told_by(as_alice)
    assert "3 votes so far" in told
    assert [word for word in ("2 votes", "1 vote<", "Take 1") if word in told] == []
    assert " votes</span>" not in told_by(guests[0], ballot.get_absolute_url())

    as_alice.post(f"/links/{ballot.uuid}/close/")
    told = told_by(as_alice)
    assert told.index("Shot 010 · Take 1") < told.index("2 votes") < told.index("Shot 010 · Take 3")
    told = told_by(guests[2], ballot.get_absolute_url())
    assert ("2 votes</span>" in told, "your choice" in told, 'type="radio"' in told) == (True, True, False)


def test_there_are_no_notes_verdicts_downloads_or_pages_of_takes_in_a_vote(
    as_alice: Client, takes: list[Take]
) -> None:
    everything = {"what": "shot:010", "is_blind": "on", "allows_verdicts": "on", "allows_download": "on"}
    as_alice.post(LINKS, ASKED | everything)
    link = ShareLink.objects.get()
    assert (link.is_blind, link.allows_notes, link.allows_verdicts, link.allows_download) == (
        True, False, False, False,
    )  # fmt: skip
    # Nor where a row says otherwise.
    ShareLink.objects.update(allows_notes=True, allows_verdicts=True, allows_download=True)
    browser = enter(link, "Greta")
    page = f"{link.get_absolute_url()}takes/{takes[0].uuid}/"
    assert browser.get(page).status_code == 404
    assert browser.post(f"{page}notes/", {"text": "hello"}).status_code == 404
    assert browser.post(f"{page}verdict/", {"decision": "approved"}).status_code == 404


def test_what_came_later_is_not_put_to_the_vote(ballot: ShareLink, shot: Shot, alice: User) -> None:
    late = make_take(alice, shot.project, shot=shot)
    told = told_by(enter(ballot, "Greta"), ballot.get_absolute_url())
    assert not LinkFilm.objects.filter(take=late).exists()
    assert ('aria-label="Take C"' in told, 'aria-label="Take D"' in told) == (True, False)


def test_a_vote_for_a_take_that_left_the_playlist_meanwhile_is_refused(
    takes: list[Take], project: Project, alice: User
) -> None:
    playlist = Playlist.objects.create(project=project, name="Dailies")
    for place, take in enumerate(takes, 1):
        PlaylistItem.objects.create(playlist=playlist, take=take, position=place)
    ends = timezone.now() + timedelta(days=1)
    link = share_links.share(playlist, by=alice, terms=Terms(blind=True), expires_at=ends)
    guest = share_links.enter(link, name="Greta")
    playlist.items.filter(take=takes[0]).delete()
    with pytest.raises(voting.CannotVote, match="not put to the vote"):
        voting.vote(link, guest=guest, take=takes[0])


@pytest.mark.parametrize("kind", ["playlist", "shot"])
def test_what_guests_said_outlasts_what_the_link_showed(
    as_alice: Client, alice: User, takes: list[Take], shot: Shot, project: Project, kind: str
) -> None:
    playlist = playlists.create(by=alice, project=project, name="Dailies", takes=takes[:1])
    ends = timezone.now() + timedelta(days=1)
    shown = playlist if kind == "playlist" else shot
    link = share_links.share(shown, by=alice, terms=Terms(verdicts=True), expires_at=ends)
    loose = make_take(alice, project)
    browser = enter(link, "Greta")
    page = f"{link.get_absolute_url()}takes/{takes[0].uuid}/"
    browser.post(f"{page}notes/", {"text": "could it hold?"})
    # A guest need not give a reason.
    assert browser.post(f"{page}verdict/", {"decision": "changes"}).status_code == 302
    if kind == "playlist":
        assert as_alice.post(f"/playlists/{playlist.uuid}/delete/").status_code == 302
    else:
        shot.delete()
    assert [browser.get(one).status_code for one in (link.get_absolute_url(), page)] == [410, 410]
    assert "Greta" in told_by(as_alice, takes[0].get_absolute_url())
    assert [one.guest.name for one in takes[0].verdicts.select_related("guest")] == ["Greta"]
    assert f"A {kind} that was deleted" in told_by(as_alice)
    # Takes without a shot are not those of a shot that is gone.
    assert loose not in share_links.takes_of(ShareLink.objects.get())


def test_a_ballot_whose_playlist_is_gone_can_be_counted(
    as_alice: Client, alice: User, takes: list[Take], project: Project
) -> None:
    playlist = playlists.create(by=alice, project=project, name="Dailies", takes=takes)
    ends = timezone.now() + timedelta(days=1)
    link = share_links.share(playlist, by=alice, terms=Terms(blind=True), expires_at=ends)
    voting.vote(link, guest=share_links.enter(link, name="Greta"), take=takes[0])
    playlists.delete(playlist)
    as_alice.post(f"/links/{link.uuid}/close/")
    assert "1 vote<" in told_by(as_alice)


def test_a_choice_is_counted_for_the_film_that_was_chosen_though_letters_have_moved_up(
    ballot: ShareLink,
) -> None:
    """A take is abandoned while a guest's page stands open: what was B there is A by now."""
    browser = enter(ballot, "Greta")
    told = told_by(browser, ballot.get_absolute_url())
    shown = re.findall(r'src="[^"]*/(shared/\w+\.mp4).*?name="choice" value="(\w+)"', told, re.DOTALL)
    films, values = zip(*shown, strict=True)

    copies = {film.key: film.take for film in LinkFilm.objects.select_related("take")}

    def abandon(film: str) -> None:
        Job.objects.filter(take=copies[film]).update(abandoned_at=timezone.now())

    abandon(films[0])
    browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": values[1]})
    assert Vote.objects.get().take == copies[films[1]]
    answer = browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": values[0]})
    assert (answer.status_code, "not put to the vote any more" in answer.content.decode()) == (422, True)
    # Nor is somebody told that a choice is kept which is not to be seen.
    abandon(films[1])
    told = told_by(browser, ballot.get_absolute_url())
    assert ("Your choice is kept" in told, "Choose another one" in told) == (False, True)
