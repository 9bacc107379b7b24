"""The way out of a pause without a person: the provider accepts the key again, and there is money for what waits."""

from decimal import Decimal

from generation import gateway
from generation.lifecycle.leases import log
from generation.lifecycle.queue import dispatch, pause, rate_limit
from generation.skyreels import errors
from generation.skyreels.responses import Balance


def check_balance() -> None:
    """Ask the provider for the balance if submits are paused, and resume them when nothing stands in the way.

    No answer changes nothing: the next look comes by itself.
    """
    if not pause.is_gateway_paused() or not rate_limit.acquire(1):
        return
    try:
        with gateway.client() as client:
            balance = client.balance()
    except errors.Paused as refusal:
        pause.pause_gateway(refusal.message)
    except errors.SkyReelsError as error:
        log.info("the balance could not be asked for: %s", error.message)
    else:
        if lasts_for(balance, dispatch.next_estimate()):
            pause.resume_gateway(by="the look at the balance")


def lasts_for(balance: Balance, estimate_usd: Decimal) -> bool:
    """Whether the next job can be paid. A provider that does not tell its balance is simply tried again."""
    if balance.unlimited_quota or balance.remain_balance is None:
        return True
    return balance.remain_balance > 0 and balance.remain_balance >= estimate_usd
