"""How fast: the requests that the gateway allows, shared by all workers, and how long to wait for what.

The gateway counts submits and polls together (skyreels-api.md, section 3). Requests are given out at a steady rate
with a small reserve for bursts, so that no minute ever sees more than `SKYREELS_RPM` of them, even if some are sent
a few seconds after they were given out. When they are short, submits and polls have turns.
"""

import logging
import random
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_q.tasks import async_task

from generation import gateway, named_lease
from generation.models import GatewayState, Job, Production

log = logging.getLogger("backlot.jobs")

STEADY = 0.8  # share of a minute's requests that are given out at an even rate
BURST = 0.15  # share that may go out at once; what is left is for those that are sent late
TURN = 2.0  # seconds for which submits, then polls, are served first
WAITING = 1.0  # seconds overdue that are a sign of want
BALANCE, BALANCE_EVERY = "balance", 60.0


def take_requests(wanted: int, *, polls: bool = False) -> int:
    """Take up to `wanted` requests of the budget; how many may be sent now. The rest has to wait.

    While it is the others' turn and some of them wait, nothing is given out: neither submits nor polls starve.
    """
    spacing, reserve = _spacing(), _reserve()
    now = time.time()
    if is_turn_of_polls(now) != polls and _others_wait(polls=polls):
        return 0
    with transaction.atomic():
        state = _locked_state()
        # A clock that was set back must not stop all requests until it has caught up, so that is written too.
        was_set_back = state.budget_spent_until > now + reserve
        spent_until = min(max(state.budget_spent_until, now - reserve), now + reserve)
        granted = max(0, min(wanted, int((now - spent_until) / spacing)))
        if granted or was_set_back:
            state.budget_spent_until = spent_until + granted * spacing
            state.save(update_fields=["budget_spent_until"])
    return granted


class Part:
    """What one of several hosts has lately taken of the budget for its questions.

    While others have questions that are due, none takes more than its part; else whoever looks first would take the
    whole reserve for bursts. What nobody wanted is not saved up, and what was taken beyond is not owed.
    """

    def __init__(self) -> None:
        self._spent_until = 0.0

    def left(self, hosts: int) -> int:
        """How many requests of this host's part may go out now."""
        self._spent_until = max(self._spent_until, time.monotonic() - _reserve())
        return int((time.monotonic() - self._spent_until) / (_spacing() * hosts))

    def take(self, count: int, hosts: int) -> None:
        """Note that so many went out."""
        self._spent_until = min(time.monotonic(), self._spent_until + count * _spacing() * hosts)


def spent_share(budget_spent_until: float, *, now: float) -> float:
    """How much of what could go out at once is used up, 0 to 1, by a row of `GatewayState` at a unix time."""
    reserve = _reserve()
    return min(1.0, max(0.0, (budget_spent_until - now + reserve) / reserve))


def _spacing() -> float:
    """Seconds from one request to the next at the steady rate."""
    return 60.0 / (settings.SKYREELS_RPM * STEADY)


def _reserve() -> float:
    """The same for all that may go out at once."""
    return max(1.0, settings.SKYREELS_RPM * BURST) * _spacing()


def is_turn_of_polls(now: float) -> bool:
    """Whose turn it is at a unix time, the same on every host."""
    return int(now / TURN) % 2 == 1


def _others_wait(*, polls: bool) -> bool:
    """Whether submits (or polls) have been due for longer than they are when requests abound."""
    due = Job.objects.filter(next_step_at__lte=timezone.now() - timedelta(seconds=WAITING))
    if not polls:
        return due.filter(status=Job.Status.RUNNING, **gateway.present_gateway()).exists()
    paused = Production.objects.filter(paused_at__isnull=False)
    waiting = due.filter(status=Job.Status.QUEUED).exclude(project__in=paused.values("project"))
    return waiting.exists() and not is_paused()


def pause(reason: str) -> None:
    """Stop all submits: the key was refused or the balance is used up. A person resumes them, or a look at the balance
    does (`generation.lifecycle.poll.balance`)."""
    state, _ = GatewayState.objects.get_or_create(base_url=settings.SKYREELS_BASE_URL)
    GatewayState.objects.filter(pk=state.pk).update(
        paused_at=Coalesce("paused_at", timezone.now()), paused_reason=reason
    )


def resume_gateway(*, by: Any) -> None:
    """Let submits go out again. The jobs that the pause kept are due; one that waits for a Retry-After waits on."""
    GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL).update(paused_at=None, paused_reason="")
    log.info("submits resumed by %s", by)


def look_at_balance() -> None:
    """While submits are paused, have a worker ask for the balance now and then; call it as often as is convenient.

    One host does it for all: whoever takes the lease. The network is left to the worker that the wake-up reaches.
    """
    # The lease is not released: it expires when the next check is due.
    if is_paused() and named_lease.acquire(BALANCE, timedelta(seconds=BALANCE_EVERY)):
        async_task("generation.tasks.balance")


def is_paused() -> bool:
    """Whether submits wait for a person."""
    return GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL, paused_at__isnull=False).exists()


def back_off(attempt: int, *, asked: float | None = None, most: float = 120.0) -> float:
    """Seconds to wait before try number `attempt` + 1: doubled each time with jitter, never less than was asked."""
    waited = min(most, 2.0 ** min(attempt, 10)) * random.uniform(0.75, 1.25)  # noqa: S311
    return max(waited, asked or 0.0)


def _locked_state() -> GatewayState:
    GatewayState.objects.get_or_create(base_url=settings.SKYREELS_BASE_URL)
    return GatewayState.objects.select_for_update().get(base_url=settings.SKYREELS_BASE_URL)
