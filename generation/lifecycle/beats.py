"""The lease of a host's sweep, which is also the sign of life that its supervisor and `/readyz` look at.

Each worker host sweeps for itself, under a row of its own. The rows tell how many hosts sweep at present, and so what
share of the work is whose.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from generation.models import Heartbeat

SWEEP = "sweep"
# Longer than a look at the database takes, so that a live sweep keeps its lease.
BEAT_LEASE = 10.0
BEAT_EVERY = 1.0
FORGET_AFTER = timedelta(minutes=10)
# A lease that ends later, or a beat that lies ahead of the clock, was written before the clock was set back.
LEASED_AT_MOST = timedelta(seconds=2 * BEAT_LEASE)


def beats() -> QuerySet[Heartbeat]:
    """The rows of all hosts."""
    return Heartbeat.objects.filter(name__startswith=SWEEP)


def beat_name(host: str) -> str:
    """The name of a host's row."""
    return f"{SWEEP}:{host}" if host else SWEEP


def hosts() -> list[str]:
    """The names of those that have swept lately."""
    return [name.partition(":")[2] for name in beats().values_list("name", flat=True)]


@dataclass(frozen=True)
class Share:
    """Which of the jobs a host looks after first: those whose key, divided by `hosts`, leaves `index`."""

    index: int = 0
    hosts: int = 1


class Beat:
    """The right of one sweep to run on this host."""

    def __init__(self, name: str, token: str) -> None:
        self.token = token
        self.name = name
        self.kept_at = time.monotonic()
        self.share = self._share()

    @classmethod
    def take(cls) -> "Beat | None":
        """Become this host's sweep, or None while another one lives. Hosts that are gone are forgotten."""
        name, now, token = beat_name(settings.WORKER_ID), timezone.now(), secrets.token_hex(16)
        Heartbeat.objects.get_or_create(name=name)
        free = (
            Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_until__gt=now + LEASED_AT_MOST)
        )
        taken = Heartbeat.objects.filter(free, name=name).update(
            token=token, beat_at=now, leased_until=now + timedelta(seconds=BEAT_LEASE)
        )
        beats().exclude(name=SWEEP).filter(beat_at__lt=now - FORGET_AFTER).delete()
        return cls(name, token) if taken else None

    def keep(self) -> bool:
        """Renew the lease when it is time; False when it was taken away: stop."""
        if time.monotonic() - self.kept_at < BEAT_EVERY:
            return True
        now = timezone.now()
        self.kept_at = time.monotonic()
        kept = self._mine().update(beat_at=now, leased_until=now + timedelta(seconds=BEAT_LEASE))
        self.share = self._share()
        return bool(kept)

    def release(self) -> bool:
        """Make room for the next sweep; False when the lease was taken away."""
        return bool(self._mine().update(token="", leased_until=None))

    def _mine(self) -> QuerySet[Heartbeat]:
        return Heartbeat.objects.filter(name=self.name, token=self.token)

    def _share(self) -> Share:
        # A host between two sweeps has no lease for a moment, but is there all the same.
        now, lease = timezone.now(), timedelta(seconds=BEAT_LEASE)
        fresh = beats().filter(beat_at__gt=now - lease, beat_at__lt=now + lease)
        names = sorted({*fresh.values_list("name", flat=True), self.name})
        return Share(names.index(self.name), len(names))
