"""The doors through which the queue comes in. A lost, doubled or late call does no harm."""

from generation import lifecycle
from generation.reviews import mailing, notifying


def submit(job_id: int) -> None:
    """Take the job whose turn it is to the provider."""
    lifecycle.submit_next(job_id)


def balance() -> None:
    """See whether a pause may end."""
    lifecycle.ask_balance()


def call_back() -> None:
    """Call the programs whose tasks have ended."""
    lifecycle.call_back()


def store(job_id: int) -> None:
    """Bring a rendered video home."""
    lifecycle.store_job(job_id)


def sweep() -> None:
    """Ask about everything that runs, for about a minute."""
    lifecycle.sweep()


def tell() -> None:
    """Each minute: tell of new takes, then send what is due."""
    notifying.announce()
    mailing.send_due()


def mail() -> None:
    """Send what is due: somebody was told something just now."""
    mailing.send_due()
