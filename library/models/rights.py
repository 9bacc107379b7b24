"""The rights to an asset: licence, consent, and the last day of use."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOTICE_DAYS = 30
ENDING: Final = "ending"
EXPIRED: Final = "expired"


@dataclass(frozen=True)
class Rights:
    """The rights columns of an asset; `rights_end_on` is the last day of use, or None if they do not expire."""

    licence: str = ""
    source: str = ""
    consent_note: str = ""
    rights_end_on: date | None = None


def state_on(today: date, last_day: date | None) -> str:
    """Return `expired` after the last day, `ending` in the 30 days before, else an empty string."""
    if last_day is None or (last_day - today).days > NOTICE_DAYS:
        return ""
    return EXPIRED if last_day < today else ENDING


def notice_on(today: date, last_day: date | None) -> str:
    """Return the badge text `rights expire in 12 days`; empty if they do not expire soon."""
    state = state_on(today, last_day)
    if last_day is None or not state:
        return ""
    days = (last_day - today).days
    if state == EXPIRED:
        expired = ngettext("rights expired %(days)d day ago", "rights expired %(days)d days ago", -days)
        return expired % {"days": -days}
    if not days:
        return _("rights expire today")
    return ngettext("rights expire in %(days)d day", "rights expire in %(days)d days", days) % {"days": days}
