"""Blind votes while others vote, and at the moment at which the vote is closed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation.models import Guest, ShareLink, Shot, Vote
from generation.reviews.sharing import guests, share_links, voting
from generation.reviews.sharing.share_links import Terms
from library.models import Project
from tests.at_once import at_once
from tests.generation.views.conftest import make_take

VOTERS = 6


@pytest.fixture
def ballot(transactional_db: None, alice: User, project: Project) -> ShareLink:
    shot = Shot.objects.create(project=project, code="010")
    for _ in range(3):
        make_take(alice, project, shot=shot)
    ends = timezone.now() + timedelta(days=1)
    return share_links.share(shot, by=alice, terms=Terms(blind=True), expires_at=ends)


def cast(link: ShareLink, guest: Guest, place: int = 0) -> bool:
    """Whether the vote was taken."""
    try:
        voting.vote(link, guest=guest, take=voting.candidates(link, guest)[place].take)
    except voting.CannotVote:
        return False
    return True


def test_a_guest_who_votes_twice_at_once_has_one_vote(ballot: ShareLink) -> None:
    guest = guests.add_guest(ballot, name="Greta")
    assert at_once(*(lambda place=place: cast(ballot, guest, place) for place in range(3))) == [True] * 3
    assert Vote.objects.count() == 1


def test_no_vote_is_recorded_after_the_vote_is_closed(ballot: ShareLink) -> None:
    voters = [guests.add_guest(ballot, name=f"Guest {number}") for number in range(VOTERS)]

    def close() -> int:
        voting.close(ballot)
        return Vote.objects.count()

    counted, *taken = at_once(close, *(lambda guest=guest: cast(ballot, guest) for guest in voters))
    assert Vote.objects.count() == counted == sum(taken)
    assert cast(ballot, voters[0]) is False
    ballot.refresh_from_db()
    at = ballot.closed_at
    voting.close(ballot)
    ballot.refresh_from_db()
    assert ballot.closed_at == at


def test_the_order_is_stable_while_takes_join_and_leave(ballot: ShareLink, alice: User) -> None:
    guest = guests.add_guest(ballot, name="Greta")
    before = [found.take for found in voting.candidates(ballot, guest)]
    make_take(alice, ballot.project, shot=ballot.shot)
    assert [found.take for found in voting.candidates(ballot, guest)] == before
    # One that was abandoned meanwhile leaves a gap that the next ones close.
    gone = before.pop(1)
    gone.job.abandoned_at = timezone.now()
    gone.job.save(update_fields=["abandoned_at"])
    assert [found.take for found in voting.candidates(ballot, guest)] == before
