"""The lease of a host's sweep, which is also the sign of life that its supervisor and `/readyz` look at.

Each worker host sweeps for itself, under a row of its own. The rows tell how many hosts sweep at present, and so what
share of the work is whose.
"""

import time
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from generation import named_lease
from generation.models import Heartbeat
from generation.named_lease import NamedLease

SWEEP = "sweep"
# Longer than a look at the database takes, so that a live sweep keeps its lease.
BEAT_LEASE = 10.0
BEAT_EVERY = 1.0
FORGET_AFTER = timedelta(minutes=10)


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

    def __init__(self, lease: NamedLease) -> None:
        self._lease = lease
        self.kept_at = time.monotonic()
        self.share = self._share()

    @property
    def name(self) -> str:
        """The name of this host's row."""
        return self._lease.name

    @property
    def token(self) -> str:
        """Return what distinguishes this sweep from the others of its host."""
        return self._lease.token

    @classmethod
    def take(cls) -> "Beat | None":
        """Become this host's sweep, or None while another one lives. Hosts that are gone are forgotten."""
        lease = named_lease.acquire(beat_name(settings.WORKER_ID), timedelta(seconds=BEAT_LEASE))
        beats().exclude(name=SWEEP).filter(beat_at__lt=timezone.now() - FORGET_AFTER).delete()
        return cls(lease) if lease else None

    def keep(self) -> bool:
        """Renew the lease when it is time; False when it was taken away: stop."""
        if time.monotonic() - self.kept_at < BEAT_EVERY:
            return True
        self.kept_at = time.monotonic()
        kept = self._lease.renew()
        self.share = self._share()
        return kept

    def release(self) -> bool:
        """Make room for the next sweep; False when the lease was taken away."""
        return self._lease.release()

    def _share(self) -> Share:
        # A host between two sweeps has no lease for a moment, but is there all the same.
        now, lease = timezone.now(), timedelta(seconds=BEAT_LEASE)
        fresh = beats().filter(beat_at__gt=now - lease, beat_at__lt=now + lease)
        names = sorted({*fresh.values_list("name", flat=True), self.name})
        return Share(names.index(self.name), len(names))
