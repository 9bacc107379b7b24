"""Render prices on a day: the provider's price list, overridden by the prices that were entered in the admin."""

from datetime import date

from django.utils import timezone

from generation import gateway
from generation.models import Price
from generation.skyreels import pricing
from generation.skyreels.pricing import PriceTable

_FIELDS = ("model", "resolution", "with_video", "usd_per_second")


def current_prices(day: date | None = None) -> PriceTable:
    """Return the prices on a day (default: today), with one query. Of prices for the same settings, the latest
    applies."""
    entered = Price.objects.filter(since__lte=day or timezone.localdate()).order_by("since")
    rows = list(entered.values(*_FIELDS, "since"))
    if not rows:
        return gateway.provider().prices
    newer = [pricing.Price.model_validate({name: row[name] for name in _FIELDS}) for row in rows]
    return gateway.provider().prices.overlaid(newer, as_of=rows[-1]["since"])
