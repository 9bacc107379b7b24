"""Blind votes from the first look to the result, and what stays when what a link showed is deleted."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from generation.models import Guest, Job, LinkFilm, Playlist, PlaylistItem, ShareLink, Shot, Take, Vote
from generation.reviews.playlists import playlists
from generation.reviews.sharing import guests, share_links, shared_takes, voting
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


def test_takes_are_anonymous_and_in_a_different_order_for_each_guest(
    ballot: ShareLink, takes: list[Take]
) -> None:
    orders = set()
    for number in range(12):
        browser = enter(ballot, f"Guest {number}")
        told = told_by(browser, ballot.get_absolute_url())
        hidden = ["Take 1", "Take 2", "Take 3", "attachment", *(str(take.uuid) for take in takes)]
        assert [word for word in hidden if word in told] == []
        assert '"candidate-letter">A<' in told
        orders.add(tuple(sorted((take.pk for take in takes), key=lambda pk: _place(told, takes, pk))))
        assert _place(told_by(browser, ballot.get_absolute_url()), takes, takes[0].pk) == _place(
            told, takes, takes[0].pk
        )
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset(take.pk for take in takes)}


def _place(told: str, takes: list[Take], pk: int) -> int:
    return told.index(LinkFilm.objects.get(take=pk).key)


def test_a_choice_can_be_changed_until_the_vote_is_closed(
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
    assert answer.status_code == 422
    assert Vote.objects.get().take == last.take


def test_results_are_hidden_until_the_vote_is_closed(
    ballot: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    browsers = [enter(ballot, name) for name in ("Greta", "Otto", "Ida")]
    for browser, guest, take in zip(browsers, Guest.objects.order_by("pk"), (0, 0, 2), strict=True):
        marks = {found.take.pk: found.mark for found in voting.candidates(ballot, guest)}
        browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": marks[takes[take].pk]})
    told = told_by(as_alice)
    assert ("share-result" in told, takes[0].get_absolute_url() in told) == (False, False)
    assert "figure" not in told_by(browsers[0], ballot.get_absolute_url())

    as_alice.post(f"/links/{ballot.uuid}/close/")
    told = told_by(as_alice)
    assert told.index(takes[0].get_absolute_url()) < told.index(takes[2].get_absolute_url())
    page = browsers[2].get(ballot.get_absolute_url())
    assert page.context["results"] == {takes[0].pk: 2, takes[2].pk: 1}
    assert ("is-chosen" in page.content.decode(), 'type="radio"' in page.content.decode()) == (True, False)


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


def test_later_takes_do_not_join_the_vote(ballot: ShareLink, shot: Shot, alice: User) -> None:
    late = make_take(alice, shot.project, shot=shot)
    told = told_by(enter(ballot, "Greta"), ballot.get_absolute_url())
    assert not LinkFilm.objects.filter(take=late).exists()
    assert ('"candidate-letter">C<' in told, '"candidate-letter">D<' in told) == (True, False)


def test_a_vote_for_a_take_that_left_the_playlist_meanwhile_is_refused(
    takes: list[Take], project: Project, alice: User
) -> None:
    playlist = Playlist.objects.create(project=project, name="Dailies")
    for place, take in enumerate(takes, 1):
        PlaylistItem.objects.create(playlist=playlist, take=take, position=place)
    ends = timezone.now() + timedelta(days=1)
    link = share_links.share(playlist, by=alice, terms=Terms(blind=True), expires_at=ends)
    guest = guests.add_guest(link, name="Greta")
    playlist.items.filter(take=takes[0]).delete()
    with pytest.raises(voting.NotACandidate):
        voting.vote(link, guest=guest, take=takes[0])


@pytest.mark.parametrize("kind", ["playlist", "shot"])
def test_what_guests_wrote_outlasts_the_links_target(
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
    assert [link.has_lost_target for link in as_alice.get(LINKS).context["links"]] == [True]
    # Takes without a shot are not those of a shot that is gone.
    assert loose not in shared_takes.takes_of(ShareLink.objects.get())


def test_a_vote_whose_playlist_was_deleted_can_be_counted(
    as_alice: Client, alice: User, takes: list[Take], project: Project
) -> None:
    playlist = playlists.create(by=alice, project=project, name="Dailies", takes=takes)
    ends = timezone.now() + timedelta(days=1)
    link = share_links.share(playlist, by=alice, terms=Terms(blind=True), expires_at=ends)
    voting.vote(link, guest=guests.add_guest(link, name="Greta"), take=takes[0])
    playlists.delete(playlist)
    as_alice.post(f"/links/{link.uuid}/close/")
    assert [result.votes for result in as_alice.get(LINKS).context["results"][link.pk]] == [1]


def test_a_choice_counts_for_the_chosen_take_even_if_labels_have_changed(
    ballot: ShareLink,
) -> None:
    """A take is abandoned while a guest's page is open: the take labelled B there is A now."""
    browser = enter(ballot, "Greta")
    told = told_by(browser, ballot.get_absolute_url())
    shown = re.findall(r'src="[^"]*/(shared/\w+\.mp4).*?name="choice"\s+value="(\w+)"', told, re.DOTALL)
    films, values = zip(*shown, strict=True)

    copies = {film.key: film.take for film in LinkFilm.objects.select_related("take")}

    def abandon(film: str) -> None:
        Job.objects.filter(take=copies[film]).update(abandoned_at=timezone.now())

    abandon(films[0])
    browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": values[1]})
    assert Vote.objects.get().take == copies[films[1]]
    answer = browser.post(f"{ballot.get_absolute_url()}vote/", {"choice": values[0]})
    assert answer.status_code == 422
    # A guest whose choice has left the vote can see that.
    abandon(films[1])
    assert browser.get(ballot.get_absolute_url()).context["choice_left"] is True
