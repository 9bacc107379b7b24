"""How fast: the requests that the gateway allows, shared by all workers, and how long to wait for what.

The gateway counts submits and polls together (skyreels-api.md, section 3). Requests are given out at a steady rate
with a small reserve for bursts, so that no minute ever sees more than `SKYREELS_RPM` of them.
"""

import logging
import random
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import GatewayState, Heartbeat

log = logging.getLogger("backlot.jobs")

BURST = 0.2  # share of a minute's requests that may go out at once
BALANCE, BALANCE_EVERY = "balance", 60.0
SLOWEST_POLL = 60.0
LATE_AFTER = 30 * 60.0  # seconds; a late job is asked about more rarely, never given up


def take_requests(wanted: int) -> int:
    """Take up to `wanted` requests of the budget; how many may be sent now. The rest has to wait."""
    spacing = 60.0 / (settings.SKYREELS_RPM * (1 - BURST))
    reserve = max(1.0, settings.SKYREELS_RPM * BURST) * spacing
    now = time.time()
    with transaction.atomic():
        state = _locked_state()
        # A clock that was set back must not stop all requests until it has caught up.
        spent_until = min(max(state.budget_spent_until, now - reserve), now + reserve)
        granted = max(0, min(wanted, int((now - spent_until) / spacing)))
        if granted:
            state.budget_spent_until = spent_until + granted * spacing
            state.save(update_fields=["budget_spent_until"])
    return granted


def pause(reason: str) -> None:
    """Stop all submits: the key was refused or the balance is used up. A person resumes them, or a look at the balance
    does (`generation.lifecycle.balance`)."""
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
    if not is_paused():
        return
    now = timezone.now()
    Heartbeat.objects.get_or_create(name=BALANCE)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    mine = Heartbeat.objects.filter(free, name=BALANCE)
    if mine.update(beat_at=now, leased_until=now + timedelta(seconds=BALANCE_EVERY)):
        async_task("generation.tasks.balance")


def is_paused() -> bool:
    """Whether submits wait for a person."""
    return GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL, paused_at__isnull=False).exists()


def poll_interval(elapsed: float) -> float:
    """Seconds until the next question about a task that was submitted `elapsed` seconds ago.

    A twentieth of its age: a render of one minute is seen within some three seconds of its end, and one of half an
    hour costs few requests.
    """
    return SLOWEST_POLL if elapsed > LATE_AFTER else min(max(1.0, elapsed / 20), SLOWEST_POLL)


def back_off(attempt: int, *, asked: float | None = None, most: float = 120.0) -> float:
    """Seconds to wait before try number `attempt` + 1: doubled each time with jitter, never less than was asked."""
    waited = min(most, 2.0 ** min(attempt, 10)) * random.uniform(0.75, 1.25)  # noqa: S311
    return max(waited, asked or 0.0)


def _locked_state() -> GatewayState:
    GatewayState.objects.get_or_create(base_url=settings.SKYREELS_BASE_URL)
    return GatewayState.objects.select_for_update().get(base_url=settings.SKYREELS_BASE_URL)
