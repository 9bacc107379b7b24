"""The blind vote: takes without labels, in an order of each guest's own; what came of it is told once it is closed."""

import hashlib
import string
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from generation.models import Guest, ShareLink, Take, Vote
from generation.reviews.sharing import link_videos, share_links
from generation.reviews.sharing.link_videos import Shown

UNINVITED = "This vote is by invitation only. Your choice was not counted."
LEFT = "That take is not put to the vote any more. Choose another one."


COUNTED = Count("pk", filter=Q(left_out_at=None))
LEFT_OUT = Count("pk", filter=Q(left_out_at__isnull=False))


class CannotVote(Exception):
    """The choice was not taken. The message is a sentence for people."""


class Candidate(NamedTuple):
    """A take as one guest sees it. A choice is sent by its `mark`: letters move up when a take leaves the vote, and a
    page that is open still shows the old ones."""

    letter: str
    take: Take
    mark: str
    shown: Shown


class Result(NamedTuple):
    """The ballots for a take: `votes` are counted, `left_out` are excluded."""

    take: Take
    votes: int
    left_out: int


class Turnout(NamedTuple):
    """The ballots cast so far: `votes` are counted, `left_out` are excluded."""

    votes: int
    left_out: int


def candidates(link: ShareLink, guest: Guest) -> list[Candidate]:
    """What this guest chooses from: A, B, C … in an order that is the guest's own and stays."""
    takes = _put_up(link)
    films, shuffled = link_videos.shown(link, takes), _shuffled(takes, guest)
    return [
        Candidate(letter, take, mark, films[take.pk])
        for letter, (mark, take) in zip(string.ascii_uppercase, shuffled, strict=False)
    ]


def choice_of(link: ShareLink, guest: Guest) -> int | None:
    """The key of the take that the guest chose, if any."""
    return Vote.objects.filter(link=link, guest=guest).values_list("take", flat=True).first()


@transaction.atomic
def vote(link: ShareLink, *, guest: Guest, take: Take, origin: str = "") -> Vote:
    """Record the guest's choice, replacing an earlier one. Raise CannotVote once the vote is closed.

    `origin` is where a first choice came from; later choices keep it, and stay excluded if the first one was.
    """
    # Whoever closes it waits for this row, so that no vote comes in after the counting.
    held = ShareLink.objects.select_for_update().get(pk=link.pk)
    if held.closed_at or not share_links.is_alive(held) or share_links.is_paused(held):
        raise CannotVote("The vote is closed. Your choice was not counted.")
    if take not in _put_up(held):
        raise CannotVote(LEFT)
    if held.by_invitation and not held.voters.filter(guest=guest, revoked_at=None).exists():
        raise CannotVote(UNINVITED)
    made, _ = Vote.objects.update_or_create(
        link=link, guest=guest, defaults={"take": take}, create_defaults={"take": take, "origin": origin}
    )
    return made


def close(link: ShareLink) -> None:
    """Nobody chooses any more, and everybody is told the result. Closed before, it keeps its date."""
    ShareLink.objects.filter(pk=link.pk, is_blind=True, closed_at=None).update(closed_at=timezone.now())


def turnouts(links: Iterable[ShareLink]) -> dict[int, Turnout]:
    """How many have chosen, by the key of the link; links without a vote are not in it."""
    cast = Vote.objects.filter(link__in=[link.pk for link in links]).order_by()
    rows = cast.values_list("link").annotate(votes=COUNTED, left_out=LEFT_OUT)
    return {link: Turnout(votes, left_out) for link, votes, left_out in rows}


def results(links: Iterable[ShareLink]) -> dict[int, list[Result]]:
    """What was chosen, by the key of the link, the most wanted first; of closed votes alone. Two queries for all."""
    closed = [link.pk for link in links if link.closed_at]
    cast = Vote.objects.filter(link__in=closed).order_by()
    tally = list(cast.values_list("link", "take").annotate(votes=COUNTED, left_out=LEFT_OUT))
    takes = Take.objects.select_related("shot").in_bulk([take for _, take, _, _ in tally])
    told: dict[int, list[Result]] = {pk: [] for pk in closed}
    for link, take, votes, left_out in sorted(tally, key=lambda row: (-row[2], row[1])):
        told[link].append(Result(takes[take], votes, left_out))
    return told


def _put_up(link: ShareLink) -> Sequence[Take]:
    return list(share_links.takes_of(link)[: share_links.MOST_CANDIDATES])


def _shuffled(takes: Iterable[Take], guest: Guest) -> list[tuple[str, Take]]:
    """By a hash of guest and take: it stays while others come and go, and tells nothing of number or age."""
    marked = [(hashlib.blake2s(take.uuid.bytes, key=guest.key.bytes).hexdigest(), take) for take in takes]
    return sorted(marked, key=lambda pair: pair[0])
