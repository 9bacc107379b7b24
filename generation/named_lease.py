"""Named leases: one worker of all hosts does a thing that only one should do at a time.

A lease is a row of `Heartbeat`, taken by one conditional UPDATE. It ends by itself, so that a worker that died keeps
others away for a while only. Whatever the name, these rules are the same.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from generation.models import Heartbeat


@dataclass(frozen=True)
class NamedLease:
    """The right to do what the name stands for, until it is released or has not been renewed for `lasts`."""

    name: str
    token: str
    lasts: timedelta

    def renew(self) -> bool:
        """Keep it from now on for as long again; False when it was lost: stop."""
        now = timezone.now()
        return bool(self._row().update(beat_at=now, leased_until=now + self.lasts))

    def release(self) -> bool:
        """Let others have it at once; False when it was lost before."""
        return bool(self._row().update(token="", leased_until=None))

    def _row(self) -> QuerySet[Heartbeat]:
        return Heartbeat.objects.filter(name=self.name, token=self.token)


def acquire(name: str, lasts: timedelta) -> NamedLease | None:
    """Take the lease of this name, or None while another worker has it."""
    now, token = timezone.now(), secrets.token_hex(16)
    Heartbeat.objects.get_or_create(name=name)
    taken = Heartbeat.objects.filter(_free(now + 2 * lasts), name=name)
    if not taken.update(token=token, beat_at=now, leased_until=now + lasts):
        return None
    return NamedLease(name, token, lasts)


def _free(latest: datetime) -> Q:
    """Nobody's, or lapsed. One that ends later than any can (clocks of hosts may differ a little) was taken before the
    clock was set back, and would keep everybody away until the clock has caught up."""
    return Q(leased_until__isnull=True) | Q(leased_until__lt=timezone.now()) | Q(leased_until__gt=latest)
