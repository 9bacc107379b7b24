"""The provider's request limit, shared by the workers of all hosts: a leaky bucket in one database row.

The provider counts submits and polls together (docs of the gateway API, section 3). Requests are granted at a steady
rate with a small burst, so that no minute contains more than `SKYREELS_RPM` of them, even if some are sent a few
seconds after they were granted. When requests are scarce, submits and polls have precedence in turn.
"""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from generation import gateway
from generation.lifecycle.queue.pause import is_gateway_paused
from generation.models import GatewayState, Job, Production

REFILL_SHARE = 0.8  # share of a minute's requests that is granted at a steady rate
BURST_SHARE = 0.15  # share that may be granted at once; the remainder covers requests that are sent late
FAIRNESS_WINDOW_S = 2.0  # submits, then polls, have precedence for this long
STARVED_AFTER_S = 1.0  # jobs overdue by more than this are starved


def acquire(wanted: int, *, polls: bool = False) -> int:
    """Return how many of the `wanted` requests may be sent now. The others have to wait.

    Grant nothing while the other kind (submits or polls) has precedence and is starved.
    """
    spacing, burst = _spacing_s(), _burst_s()
    now = time.time()
    if polls_have_precedence(now) != polls and _are_others_starved(polls=polls):
        return 0
    with transaction.atomic():
        state = _locked_state()
        # After the clock was set back, the stored time would block all requests until the clock has caught up.
        was_set_back = state.budget_spent_until > now + burst
        spent_until = min(max(state.budget_spent_until, now - burst), now + burst)
        granted = max(0, min(wanted, int((now - spent_until) / spacing)))
        if granted or was_set_back:
            state.budget_spent_until = spent_until + granted * spacing
            state.save(update_fields=["budget_spent_until"])
    return granted


class HostQuota:
    """One host's share of the limit for polls; unused quota does not accumulate, overuse is forgiven.

    It applies only while jobs of other hosts are due. Without it, the first host would use the whole burst.
    """

    def __init__(self) -> None:
        self._spent_until = 0.0

    def remaining(self, hosts: int) -> int:
        """Return the number of requests that this host may send now."""
        self._spent_until = max(self._spent_until, time.monotonic() - _burst_s())
        return int((time.monotonic() - self._spent_until) / (_spacing_s() * hosts))

    def spend(self, count: int, hosts: int) -> None:
        """Record that `count` requests were sent."""
        self._spent_until = min(time.monotonic(), self._spent_until + count * _spacing_s() * hosts)


def spent_share(budget_spent_until: float, *, now: float) -> float:
    """Return the used share of the burst, 0 to 1, from the column of `GatewayState`; both times are unix times."""
    burst = _burst_s()
    return min(1.0, max(0.0, (budget_spent_until - now + burst) / burst))


def polls_have_precedence(now: float) -> bool:
    """Return whether polls have precedence over submits at a unix time: the same on every host."""
    return int(now / FAIRNESS_WINDOW_S) % 2 == 1


def _spacing_s() -> float:
    """Return the seconds between two requests at the steady rate."""
    return 60.0 / (settings.SKYREELS_RPM * REFILL_SHARE)


def _burst_s() -> float:
    """Return the seconds at the steady rate that the burst corresponds to."""
    return max(1.0, settings.SKYREELS_RPM * BURST_SHARE) * _spacing_s()


def _are_others_starved(*, polls: bool) -> bool:
    """Return whether submits (if `polls`) or polls have been overdue for too long."""
    overdue = Job.objects.filter(next_step_at__lte=timezone.now() - timedelta(seconds=STARVED_AFTER_S))
    if not polls:
        return overdue.filter(status=Job.Status.RUNNING, **gateway.present_gateway()).exists()
    paused = Production.objects.filter(paused_at__isnull=False)
    waiting = overdue.filter(status=Job.Status.QUEUED).exclude(project__in=paused.values("project"))
    return waiting.exists() and not is_gateway_paused()


def _locked_state() -> GatewayState:
    GatewayState.objects.get_or_create(base_url=settings.SKYREELS_BASE_URL)
    return GatewayState.objects.select_for_update().get(base_url=settings.SKYREELS_BASE_URL)
