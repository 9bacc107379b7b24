"""Resume paused submits automatically once the provider accepts the key and the balance covers the next job."""

from decimal import Decimal

from generation import gateway
from generation.lifecycle.leases import log
from generation.lifecycle.queue import dispatch, pause, rate_limit
from generation.skyreels import errors
from generation.skyreels.responses import Balance


def check_balance() -> None:
    """If submits are paused, query the balance and resume them if possible.

    A failed query changes nothing: the next check is scheduled anyway.
    """
    if not pause.is_gateway_paused() or not rate_limit.acquire(1):
        return
    try:
        with gateway.client() as client:
            balance = client.balance()
    except errors.Paused as refusal:
        pause.pause_gateway(refusal.message)
    except errors.SkyReelsError as error:
        log.info("the balance could not be queried: %s", error.message)
    else:
        if is_sufficient(balance, dispatch.next_estimate()):
            pause.resume_gateway(by="the balance check")


def is_sufficient(balance: Balance, estimate_usd: Decimal) -> bool:
    """Return whether the next job can be paid for; True if the provider does not report a balance."""
    if balance.unlimited_quota or balance.remain_balance is None:
        return True
    return balance.remain_balance > 0 and balance.remain_balance >= estimate_usd
