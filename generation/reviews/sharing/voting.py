"""Blind votes: takes under neutral labels, in a different order for each guest. Results are shown after the vote."""

import hashlib
import string
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.models import Guest, ShareLink, Take, Vote
from generation.reviews.sharing import link_videos, share_links
from generation.reviews.sharing.link_videos import GuestVideo
from generation.reviews.sharing.shared_takes import MAX_CANDIDATES, takes_of

COUNTED = Count("pk", filter=Q(left_out_at=None))
EXCLUDED = Count("pk", filter=Q(left_out_at__isnull=False))


class CannotVote(Exception):
    """The choice was not recorded. The message is shown to the guest."""


class NotACandidate(CannotVote):
    """The take has left the vote."""

    def __init__(self) -> None:
        super().__init__(_("That take is no longer part of the vote. Choose another one."))


class Candidate(NamedTuple):
    """A take as one guest sees it.

    A choice is sent by its `mark`: labels change when a take leaves the vote, and a page that is still open shows the
    old ones.
    """

    label: str
    take: Take
    mark: str
    video: GuestVideo


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
    """Return the candidates, labelled A, B, C … in an order that is constant for this guest."""
    takes = _candidate_takes(link)
    videos, shuffled = link_videos.videos_for(link, takes), _shuffled(takes, guest)
    return [
        Candidate(label, take, mark, videos[take.pk])
        for label, (mark, take) in zip(string.ascii_uppercase, shuffled, strict=False)
    ]


def choice_of(link: ShareLink, guest: Guest) -> int | None:
    """Return the key of the take that the guest chose, if any."""
    return Vote.objects.filter(link=link, guest=guest).values_list("take", flat=True).first()


@transaction.atomic
def vote(link: ShareLink, *, guest: Guest, take: Take, origin: str = "") -> Vote:
    """Record the guest's choice, replacing an earlier one. Raise CannotVote once the vote is closed.

    `origin` is the source of a first choice; later choices keep it, and remain excluded if the first one was.
    """
    # Closing the vote waits for this row, so no vote is recorded after the count.
    locked = ShareLink.objects.select_for_update().get(pk=link.pk)
    if locked.closed_at or not share_links.is_alive(locked) or share_links.is_paused(locked):
        raise CannotVote(_("The vote is closed. Your choice was not counted."))
    if take not in _candidate_takes(locked):
        raise NotACandidate
    if locked.by_invitation and not locked.voters.filter(guest=guest, revoked_at=None).exists():
        raise CannotVote(_("This vote is by invitation only. Your choice was not counted."))
    made, _created = Vote.objects.update_or_create(
        link=link, guest=guest, defaults={"take": take}, create_defaults={"take": take, "origin": origin}
    )
    return made


def close(link: ShareLink) -> None:
    """Close the vote and publish its result; a second call keeps the first date."""
    ShareLink.objects.filter(pk=link.pk, is_blind=True, closed_at=None).update(closed_at=timezone.now())


def turnouts(links: Iterable[ShareLink]) -> dict[int, Turnout]:
    """Return the turnout by the key of the link, without links that have no votes."""
    cast = Vote.objects.filter(link__in=[link.pk for link in links]).order_by()
    rows = cast.values_list("link").annotate(votes=COUNTED, left_out=EXCLUDED)
    return {link: Turnout(votes, left_out) for link, votes, left_out in rows}


def results(links: Iterable[ShareLink]) -> dict[int, list[Result]]:
    """Return the results of closed votes by the key of the link, most votes first. Two queries for all links."""
    closed = [link.pk for link in links if link.closed_at]
    cast = Vote.objects.filter(link__in=closed).order_by()
    tally = list(cast.values_list("link", "take").annotate(votes=COUNTED, left_out=EXCLUDED))
    takes = Take.objects.select_related("shot").in_bulk([take for _link, take, _votes, _left_out in tally])
    found: dict[int, list[Result]] = {pk: [] for pk in closed}
    for link, take, votes, left_out in sorted(tally, key=lambda row: (-row[2], row[1])):
        found[link].append(Result(takes[take], votes, left_out))
    return found


def _candidate_takes(link: ShareLink) -> Sequence[Take]:
    return list(takes_of(link)[:MAX_CANDIDATES])


def _shuffled(takes: Iterable[Take], guest: Guest) -> list[tuple[str, Take]]:
    """Sort by a hash of guest and take: stable while takes join or leave, and unrelated to number and age."""
    marked = [(hashlib.blake2s(take.uuid.bytes, key=guest.key.bytes).hexdigest(), take) for take in takes]
    return sorted(marked, key=lambda pair: pair[0])
