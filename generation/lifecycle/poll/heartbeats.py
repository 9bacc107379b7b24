"""The lease of a host's sweep, which is also the heartbeat that its supervisor and `/readyz` read.

Each worker host sweeps independently, under its own row. The rows show how many hosts are active, and from that
each host computes its shard of the jobs.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from generation import named_lease
from generation.models import Heartbeat
from generation.named_lease import NamedLease

SWEEP = "sweep"
# Longer than a query of the sweep takes, so that a running sweep never loses its lease.
LEASE_S = 10.0
RENEW_EVERY_S = 1.0
DELETE_AFTER = timedelta(minutes=10)


def heartbeats() -> QuerySet[Heartbeat]:
    """Return the rows of all hosts."""
    return Heartbeat.objects.filter(name__startswith=SWEEP)


def heartbeat_name(host: str) -> str:
    """Return the name of a host's row."""
    return f"{SWEEP}:{host}" if host else SWEEP


def hosts() -> list[str]:
    """Return the names of hosts that have swept recently."""
    return [name.partition(":")[2] for name in heartbeats().values_list("name", flat=True)]


@dataclass(frozen=True)
class Shard:
    """The jobs that a host handles first: those whose key modulo `hosts` is `index`."""

    index: int = 0
    hosts: int = 1


class SweepLease:
    """The exclusive right to sweep on this host, with the host's current shard."""

    def __init__(self, lease: NamedLease) -> None:
        self._lease = lease
        self.renewed_at = time.monotonic()
        self.shard = self._current_shard()

    @property
    def name(self) -> str:
        """The name of this host's row."""
        return self._lease.name

    @property
    def token(self) -> str:
        """The token that distinguishes this sweep from others of its host."""
        return self._lease.token

    @classmethod
    def acquire(cls) -> Self | None:
        """Acquire this host's lease; return None while another sweep holds it. Delete the rows of inactive hosts."""
        lease = named_lease.acquire(heartbeat_name(settings.WORKER_ID), timedelta(seconds=LEASE_S))
        heartbeats().exclude(name=SWEEP).filter(beat_at__lt=timezone.now() - DELETE_AFTER).delete()
        return cls(lease) if lease else None

    def renew(self) -> bool:
        """Renew the lease if it is time; return False if it was lost, after which the caller must stop."""
        if time.monotonic() - self.renewed_at < RENEW_EVERY_S:
            return True
        self.renewed_at = time.monotonic()
        is_held = self._lease.renew()
        self.shard = self._current_shard()
        return is_held

    def release(self) -> bool:
        """Release the lease for the next sweep; return False if it was already lost."""
        return self._lease.release()

    def _current_shard(self) -> Shard:
        # Between two sweeps a host has no lease for a moment, but it is still active.
        now, lease = timezone.now(), timedelta(seconds=LEASE_S)
        active = heartbeats().filter(beat_at__gt=now - lease, beat_at__lt=now + lease)
        names = sorted({*active.values_list("name", flat=True), self.name})
        return Shard(names.index(self.name), len(names))
