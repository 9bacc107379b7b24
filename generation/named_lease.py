"""Named leases, for tasks that only one worker of all hosts should run at a time.

A lease is a row of `Heartbeat`, acquired by one conditional UPDATE. It expires, so that a worker that died blocks
others only for a while.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from generation.models import Heartbeat


@dataclass(frozen=True)
class NamedLease:
    """The exclusive right to run the named task, until it is released or has not been renewed for `lasts`."""

    name: str
    token: str
    lasts: timedelta

    def renew(self) -> bool:
        """Extend the lease by `lasts` from now; return False if it was lost, after which the caller must stop."""
        now = timezone.now()
        return bool(self._row().update(beat_at=now, leased_until=now + self.lasts))

    def release(self) -> bool:
        """Release the lease at once; return False if it was already lost."""
        return bool(self._row().update(token="", leased_until=None))

    def _row(self) -> QuerySet[Heartbeat]:
        return Heartbeat.objects.filter(name=self.name, token=self.token)


def acquire(name: str, lasts: timedelta) -> NamedLease | None:
    """Acquire the lease of this name; return None while another worker holds it."""
    now, token = timezone.now(), secrets.token_hex(16)
    Heartbeat.objects.get_or_create(name=name)
    taken = Heartbeat.objects.filter(_free(now + 2 * lasts), name=name)
    if not taken.update(token=token, beat_at=now, leased_until=now + lasts):
        return None
    return NamedLease(name, token, lasts)


def _free(latest: datetime) -> Q:
    """Match leases that are free or expired. One that ends later than possible (allowing for small clock differences
    between hosts) was acquired before the clock was set back, and would block all workers until then."""
    return Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now()) | Q(leased_until__gt=latest)
