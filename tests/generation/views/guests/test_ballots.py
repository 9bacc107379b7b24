"""One ballot for each voter: by invitations, or, at open links, by what makers see of where ballots came from."""

import re

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from generation.models import Guest, ShareLink, Shot, Take, Vote, Voter
from generation.reviews.sharing import ballots, voting
from library.models import Project
from tests.generation.views.conftest import Visit, make_take
from tests.generation.views.guests.conftest import Share, enter, prepare, text_of

LINKS = "/projects/harbour-lights/links/"
DRAWN = 25


@pytest.fixture
def takes(alice: User, project: Project, shot: Shot) -> list[Take]:
    return [make_take(alice, project, shot=shot) for _ in range(3)]


@pytest.fixture
def open_vote(takes: list[Take], shot: Shot, share: Share) -> ShareLink:
    return prepare(share(shot, blind=True))


@pytest.fixture
def invited(takes: list[Take], shot: Shot, share: Share) -> ShareLink:
    return prepare(share(shot, blind=True, by_invitation=True))


def choose(browser: Client, link: ShareLink, take: Take, guest: Guest, *, at: str = "203.0.113.7") -> int:
    """The status of the answer to a guest's choice from that address."""
    mark = next(found.mark for found in voting.candidates(link, guest) if found.take == take)
    return browser.post(f"{link.get_absolute_url()}vote/", {"choice": mark}, REMOTE_ADDR=at).status_code


def open_invitation(voter: Voter, **typed: str) -> Client:
    """The browser of somebody who opened their invitation."""
    browser, path = Client(), ballots.path_of(voter)
    assert browser.get(path).status_code == 200
    answer = browser.post(path, typed)
    assert (answer.status_code, answer["Location"]) == (302, voter.link.get_absolute_url())
    return browser


def page_of(link: ShareLink) -> str:
    return f"/links/{link.uuid}/ballots/"


def draw(link: ShareLink, take: Take) -> None:
    """25 ballots of one visitor, each with fresh cookies and another name, and one of somebody else."""
    for number in range(DRAWN):
        browser = enter(link, f"Fan {number}")
        assert choose(browser, link, take, Guest.objects.latest("pk")) == 302


def test_many_ballots_of_one_visitor_are_marked_and_can_be_excluded(
    open_vote: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    draw(open_vote, takes[0])
    honest = enter(open_vote, "Greta")
    greta = Guest.objects.latest("pk")
    choose(honest, open_vote, takes[1], greta, at="198.51.100.20")
    told = text_of(as_alice.get(page_of(open_vote)))
    assert 'href="#group-1"' in told
    (group,) = [group for group in ballots.group_by_origin(open_vote) if group.is_conspicuous]
    assert {ballot.vote.guest.name for ballot in group.ballots} == {
        f"Fan {number}" for number in range(DRAWN)
    }
    assert re.search(r"203\.0\.113|198\.51", told) is None

    chosen = [ballot.vote.pk for ballot in group.ballots]
    assert as_alice.post(page_of(open_vote), {"do": "leave_out", "ballot": chosen}).status_code == 302
    assert Vote.objects.filter(left_out_by__username="alice").count() == DRAWN
    voting.close(open_vote)
    open_vote.refresh_from_db()
    assert [
        (found.take, found.votes, found.left_out) for found in voting.results([open_vote])[open_vote.pk]
    ] == [
        (takes[1], 1, 0),
        (takes[0], 0, DRAWN),
    ]
    assert as_alice.get(page_of(open_vote)).context["turnout"] == (1, DRAWN)
    assert honest.get(open_vote.get_absolute_url()).context["left_out"] == DRAWN
    as_alice.post(page_of(open_vote), {"do": "count", "ballot": chosen[:1]})
    assert voting.turnouts([open_vote])[open_vote.pk] == (2, DRAWN - 1)


def test_only_a_hash_of_the_address_is_stored_with_a_different_key_per_link(
    open_vote: ShareLink, takes: list[Take], shot: Shot, share: Share
) -> None:
    other = prepare(share(shot, blind=True))
    for link in (open_vote, other):
        choose(enter(link), link, takes[0], Guest.objects.latest("pk"), at="2001:db8::1")
    first, second = (Vote.objects.get(link=link).origin for link in (open_vote, other))
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert first != second
    choose(enter(open_vote), open_vote, takes[0], Guest.objects.latest("pk"), at="2001:db8::2")
    assert set(Vote.objects.filter(link=open_vote).values_list("origin", flat=True)) == {first}


def test_a_changed_choice_keeps_its_origin_and_stays_excluded(
    open_vote: ShareLink, takes: list[Take], alice: User
) -> None:
    browser = enter(open_vote)
    guest = Guest.objects.get()
    choose(browser, open_vote, takes[0], guest)
    before = Vote.objects.get()
    ballots.exclude([before.pk], of=open_vote, by=alice)
    choose(browser, open_vote, takes[1], guest, at="198.51.100.20")
    after = Vote.objects.get()
    assert (after.take, after.origin, after.left_out_at is None) == (takes[1], before.origin, False)


def test_repeated_names_are_marked_and_choices_hidden_until_the_vote_is_closed(
    open_vote: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    for name, at in (("Greta", "203.0.113.7"), ("GRETA", "198.51.100.20"), ("Otto", "192.0.2.44")):
        choose(enter(open_vote, name), open_vote, takes[2], Guest.objects.latest("pk"), at=at)
    page = as_alice.get(page_of(open_vote))
    marked = [
        ballot.vote.guest.name
        for group in page.context["groups"]
        for ballot in group.ballots
        if ballot.is_name_repeated
    ]
    assert sorted(marked) == ["GRETA", "Greta"]
    assert takes[2].get_absolute_url() not in text_of(page)
    voting.close(open_vote)
    assert takes[2].get_absolute_url() in text_of(as_alice.get(page_of(open_vote)))


def test_an_invitation_casts_one_ballot_however_often_it_is_opened(
    invited: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    greta, unnamed = ballots.invite(invited, ["Greta", ""])
    for take in takes[:2]:
        browser = open_invitation(greta)
        guest = Guest.objects.get()
        assert choose(browser, invited, take, guest) == 302
    assert (Vote.objects.get().take, Vote.objects.get().guest.name) == (takes[1], "Greta")
    other = open_invitation(unnamed, name="Otto")
    assert choose(other, invited, takes[0], Guest.objects.latest("pk")) == 302
    assert [str(vote.guest) for vote in Vote.objects.order_by("pk")] == ["Greta", "Otto"]
    assert [voted for _, _, voted in as_alice.get(page_of(invited)).context["voters"]] == [True, True]


def test_visitors_without_an_invitation_see_nothing(invited: ShareLink, takes: list[Take]) -> None:
    browser = Client()
    answer = browser.get(invited.get_absolute_url())
    assert (answer.status_code, "shared/" in text_of(answer)) == (403, False)
    assert browser.post(f"{invited.get_absolute_url()}enter/", {"name": "Mallory"}).status_code == 403
    assert not Guest.objects.exists()
    voter = ballots.invite(invited, ["Greta"])[0]
    right = ballots.path_of(voter)
    wrong = right[:-2] + ("0" if right[-2] != "0" else "1") + "/"
    for path in (wrong, right.replace(str(voter.key), "00000000-0000-4000-8000-000000000000")):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"name": "Mallory"}).status_code == 404
    assert not Guest.objects.exists()


def test_an_invitation_of_one_vote_opens_no_other(invited: ShareLink, shot: Shot, share: Share) -> None:
    other = prepare(share(shot, blind=True, by_invitation=True))
    voter = ballots.invite(invited, ["Greta"])[0]
    path = ballots.path_of(voter).replace(invited.token, other.token)
    assert Client().post(path).status_code == 404


def test_who_is_revoked_is_out_and_the_ballot_with_them(
    invited: ShareLink, takes: list[Take], as_alice: Client
) -> None:
    voter = ballots.invite(invited, ["Greta"])[0]
    browser = open_invitation(voter)
    choose(browser, invited, takes[0], Guest.objects.get())
    assert as_alice.post(f"/links/{invited.uuid}/voters/{voter.key}/revoke/").status_code == 302
    assert browser.get(invited.get_absolute_url()).status_code == 403
    assert browser.get(ballots.path_of(voter)).status_code == 404
    assert voting.turnouts([invited])[invited.pk] == (0, 1)
    with pytest.raises(voting.CannotVote):
        voting.vote(invited, guest=Guest.objects.get(), take=takes[1])


def test_taking_an_invitation_back_holds_the_vote_as_a_ballot_does(invited: ShareLink, alice: User) -> None:
    """A ballot that came in at the same moment was counted although its invitation was taken back."""
    voter = ballots.invite(invited, ["Greta"])[0]
    with CaptureQueriesContext(connection) as asked:
        ballots.revoke(voter, by=alice)
    statements = [one["sql"] for one in asked if "SAVEPOINT" not in one["sql"]]
    tables = [re.search(r'(?:UPDATE|FROM) "generation_(\w+)"', sql).group(1) for sql in statements]
    # As `arrive` has them, and the link's before the ballots are looked up, as in `voting.vote`.
    assert tables[:3] == ["voter", "sharelink", "vote"]


def test_makers_invite_and_copy_addresses(invited: ShareLink, as_alice: Client) -> None:
    page = f"/links/{invited.uuid}/voters/"
    assert as_alice.post(page, {"names": "Greta\n\n Otto  Müller \n", "unnamed": "2"}).status_code == 302
    assert [voter.name for voter in invited.voters.all()] == ["Greta", "Otto Müller", "", ""]
    told = text_of(as_alice.get(page_of(invited)))
    assert all(ballots.path_of(voter) in told for voter in invited.voters.all())
    for refused in ({"names": "", "unnamed": "0"}, {"names": "x" * 61}, {"names": "", "unnamed": "199"}):
        assert as_alice.post(page, refused).status_code == 422
    assert invited.voters.count() == 4
    voting.close(invited)
    assert as_alice.post(page, {"names": "late"}).status_code == 404


def test_the_form_leads_to_the_invitations(as_alice: Client, takes: list[Take]) -> None:
    typed = {"what": "shot:SHOT-010", "days": "3", "is_blind": "on", "by_invitation": "on"}
    answer = as_alice.post(LINKS, typed)
    link = ShareLink.objects.get()
    assert (link.by_invitation, answer["Location"]) == (True, page_of(link))
    answer = as_alice.post(LINKS, typed | {"password": "low tide at nine"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["password"])
    # Without a vote there is nothing to invite to.
    as_alice.post(LINKS, {"what": "shot:SHOT-010", "days": "3", "by_invitation": "on"})
    assert not ShareLink.objects.latest("pk").by_invitation


def test_only_editors_see_and_change_ballots(
    open_vote: ShareLink, takes: list[Take], visit: Visit, charlie: User
) -> None:
    choose(enter(open_vote), open_vote, takes[0], Guest.objects.get())
    chosen = {"do": "leave_out", "ballot": [Vote.objects.get().pk]}
    for name, status in (("rita", 403), ("vera", 403), ("charlie", 404)):
        browser = visit(name)
        assert browser.get(page_of(open_vote)).status_code == status
        assert browser.post(page_of(open_vote), chosen).status_code == status
    assert Vote.objects.get().left_out_at is None
    alice = visit("alice")
    assert alice.post(page_of(open_vote), {"do": "nonsense"}).status_code == 404
    assert alice.post(page_of(open_vote), {"do": "leave_out", "ballot": ["x", "²", "99"]}).status_code == 302


def test_ballots_of_another_link_stay_as_they_are(
    open_vote: ShareLink, takes: list[Take], shot: Shot, share: Share, as_alice: Client
) -> None:
    other = prepare(share(shot, blind=True))
    choose(enter(other), other, takes[0], Guest.objects.get())
    as_alice.post(page_of(open_vote), {"do": "leave_out", "ballot": [Vote.objects.get().pk]})
    assert Vote.objects.get().left_out_at is None


def test_a_link_that_is_no_vote_has_no_ballots(take: Take, share: Share, as_alice: Client) -> None:
    link = share(take)
    assert as_alice.get(page_of(link)).status_code == 404
    assert as_alice.post(f"/links/{link.uuid}/voters/", {"names": "Greta"}).status_code == 404
