"""Pause and resume all submits, for example while the provider refuses the key or the balance is used up."""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django_q.tasks import async_task

from generation import named_lease
from generation.models import GatewayState

log = logging.getLogger("backlot.jobs")

BALANCE_LEASE, BALANCE_CHECK_INTERVAL = "balance", timedelta(seconds=60)


def pause_gateway(reason: str) -> None:
    """Stop all submits until an administrator or a balance check (`generation.lifecycle.poll.balance`) resumes them."""
    state, _ = GatewayState.objects.get_or_create(base_url=settings.SKYREELS_BASE_URL)
    GatewayState.objects.filter(pk=state.pk).update(
        paused_at=Coalesce("paused_at", timezone.now()), paused_reason=reason
    )


def resume_gateway(*, by: Any) -> None:
    """Allow submits again. Jobs that wait for a Retry-After keep waiting for it."""
    GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL).update(paused_at=None, paused_reason="")
    log.info("submits resumed by %s", by)


def gateway_pauses() -> QuerySet[GatewayState]:
    """Return the state row of the configured gateway if submits are paused, else no row."""
    return GatewayState.objects.filter(base_url=settings.SKYREELS_BASE_URL, paused_at__isnull=False)


def gateway_pause() -> GatewayState | None:
    """Return the current pause with its reason, or None."""
    return gateway_pauses().first()


def is_gateway_paused() -> bool:
    """Return whether submits are paused."""
    return gateway_pauses().exists()


def schedule_balance_check() -> None:
    """While submits are paused, queue a balance check once per interval on one host; cheap enough to call often."""
    # The lease is not released: it expires when the next check is due.
    if is_gateway_paused() and named_lease.acquire(BALANCE_LEASE, BALANCE_CHECK_INTERVAL):
        async_task("generation.tasks.check_balance")
