"""Personal invitations to a blind vote, and the ballots as the project's editors see them.

The URL of an invitation is derived from its row and the installation's secret key, so it is not stored and can be
copied again at any time. Only a keyed hash of a client's address is stored, with a different key for each link.
"""

import hmac
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from generation import sealing
from generation.models import Guest, ShareLink, Vote, Voter
from generation.reviews.sharing import guests

MAX_VOTERS = 200
PROOF = "voter-proof"
PROOF_LENGTH = ORIGIN_LENGTH = 32  # hexadecimal digits: 128 bits


class CannotInvite(Exception):
    """No voters were invited. The message is shown to the user."""


class Ballot(NamedTuple):
    """One vote, and what makes it conspicuous."""

    vote: Vote
    is_name_repeated: bool


class Group(NamedTuple):
    """The ballots from one IP address; `number` is 0 if the IP address is unknown."""

    number: int
    ballots: list[Ballot]

    @property
    def is_conspicuous(self) -> bool:
        return self.number > 0 and len(self.ballots) > 1

    @property
    def counted(self) -> int:
        return sum(ballot.vote.left_out_at is None for ballot in self.ballots)


# Invitations


@transaction.atomic
def invite(link: ShareLink, names: Iterable[str]) -> list[Voter]:
    """Create an invitation for each name, which may be empty. Raise CannotInvite."""
    ShareLink.objects.select_for_update().get(pk=link.pk)
    voters = [Voter(link=link, name=name) for name in names]
    if not voters:
        raise CannotInvite(_("Enter one name per line, or a number of unnamed voters."))
    if link.voters.count() + len(voters) > MAX_VOTERS:
        text = _("A vote can have at most %(most)s invitations. No voters were added; enter fewer.")
        raise CannotInvite(text % {"most": MAX_VOTERS})
    return Voter.objects.bulk_create(voters)


def path_of(voter: Voter) -> str:
    """Return the path of the voter's own URL."""
    proof = sealing.fingerprint(PROOF, voter.key.hex)[:PROOF_LENGTH]
    return reverse("generation:shared_voter", args=[voter.link.token, voter.key, proof])


def find(link: ShareLink, key: UUID, proof: str) -> Voter | None:
    """Return the voter of this URL, unless it is wrong or was revoked."""
    voter = link.voters.select_related("guest").filter(key=key, revoked_at=None).first()
    proofs = sealing.fingerprints(PROOF, voter.key.hex) if voter else []
    is_proved = any(hmac.compare_digest(known[:PROOF_LENGTH].encode(), proof.encode()) for known in proofs)
    return voter if is_proved else None


@transaction.atomic
def admit(voter: Voter, *, name: str) -> Guest:
    """Return the voter's guest, created at the first visit and reused at later ones."""
    locked = Voter.objects.select_for_update(of=("self",)).select_related("link", "guest").get(pk=voter.pk)
    if locked.guest is None:
        locked.guest = guests.add_guest(locked.link, name=locked.name or name)
        locked.save(update_fields=["guest"])
    return locked.guest


@transaction.atomic
def revoke(voter: Voter, *, by: User) -> None:
    """Revoke the voter's URL and exclude the voter's ballot."""
    # Lock the voter's row before the link's, as in `admit`.
    Voter.objects.filter(pk=voter.pk, revoked_at=None).update(revoked_at=timezone.now())
    # Casting a vote locks this row too, so a concurrent vote is either excluded or refused.
    ShareLink.objects.select_for_update().get(pk=voter.link_id)
    exclude(Vote.objects.filter(guest__voter=voter).values_list("pk", flat=True), of=voter.link, by=by)


# Ballots


def origin_of(link: ShareLink, network: str) -> str:
    """Return the keyed hash of a client's IP address, which is the same for all ballots of this link.

    Without the secret key it reveals neither the IP address nor the same client at another link.
    """
    return sealing.fingerprint(f"ballot-origin.{link.uuid}", network)[:ORIGIN_LENGTH] if network else ""


def group_by_origin(link: ShareLink) -> list[Group]:
    """Return the ballots of a link grouped by origin, the largest groups first."""
    votes = list(link.votes.select_related("guest", "take__shot", "left_out_by").order_by("pk"))
    names = Counter(vote.guest.name.casefold() for vote in votes)
    found: dict[str, list[Ballot]] = {}
    for vote in votes:
        found.setdefault(vote.origin, []).append(Ballot(vote, names[vote.guest.name.casefold()] > 1))
    unknown = found.pop("", [])
    ordered = sorted(found.values(), key=lambda ballots: -len(ballots))
    groups = [Group(number, ballots) for number, ballots in enumerate(ordered, 1)]
    return [*groups, *([Group(0, unknown)] if unknown else [])]


def exclude(ballots: Iterable[int], *, of: ShareLink, by: User) -> int:
    """Exclude these ballots from the result; return the number of ballots changed."""
    counted = Vote.objects.filter(link=of, pk__in=list(ballots), left_out_at=None)
    return counted.update(left_out_at=timezone.now(), left_out_by=by)


def include(ballots: Iterable[int], *, of: ShareLink) -> int:
    """Include these ballots in the result again; return the number of ballots changed."""
    left_out = Vote.objects.filter(link=of, pk__in=list(ballots), left_out_at__isnull=False)
    return left_out.update(left_out_at=None, left_out_by=None)
