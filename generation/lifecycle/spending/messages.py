"""Messages for jobs that a limit refuses: the figures, and who can change the limit."""

from decimal import Decimal

from django.contrib.auth.models import User
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.spending_limits import Allowance, Limit, next_month


def over_limit(allowance: Allowance, by: User, *, usd: Decimal, takes: int) -> str:
    """Return a message with the cost of the takes and what is left of the limit."""
    costs = ngettext(
        "This take costs ${usd}, but only ${left} of {limit} is left.",
        "These {takes} takes cost ${usd}, but only ${left} of {limit} is left.",
        takes,
    )
    text = costs.format(
        usd=f"{usd:.2f}", left=f"{allowance.left:.2f}", takes=takes, limit=_limit(allowance, by)
    )
    return f"{text} {remedy}" if (remedy := _remedy(allowance.limit)) else text


def too_many_jobs(most: int, takes: int, *, queued: int, seconds: int) -> str:
    """Return a message with the hourly job limit and when the user can queue again."""
    if takes > most:
        text = _(
            "You requested {takes} takes, but a user may queue at most {most} per hour. Queue fewer at a time."
        )
        return text.format(takes=takes, most=most)
    minutes = -(-seconds // 60)
    text = ngettext(
        "A user may queue at most {most} takes per hour; you have queued {queued}. Try again in {minutes} minute.",
        "A user may queue at most {most} takes per hour; you have queued {queued}. Try again in {minutes} minutes.",
        minutes,
    )
    return text.format(most=most, queued=queued, minutes=minutes)


def _limit(allowance: Allowance, by: User) -> str:
    amount = f"{allowance.amount:.2f}"
    match allowance.limit:
        case Limit.PROJECT:
            return _("the project's budget of ${amount}").format(amount=amount)
        case Limit.MEMBER:
            return _("your limit of ${amount} a month in this project").format(amount=amount)
        case Limit.INSTALLATION:
            return _("the ${amount} that all projects together may spend this month").format(amount=amount)
        case Limit.PERSONAL if allowance.holder == by.get_username():
            return _("your personal budget of ${amount}").format(amount=amount)
    return _("the personal budget of {holder}, ${amount},").format(holder=allowance.holder, amount=amount)


def _remedy(limit: Limit) -> str:
    match limit:
        case Limit.PERSONAL:
            return _("An administrator can give this project its own budget.")
        case Limit.MEMBER:
            return _("An owner of the project can raise it.")
        case Limit.INSTALLATION:
            return _("The limit resets on {day} (UTC).").format(day=date_format(next_month()))
    return ""
