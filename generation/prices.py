"""What renders cost on a day: the provider's own table, overlaid by the prices that were entered in the admin."""

from datetime import date

from django.utils import timezone

from generation import gateway
from generation.models import Price
from generation.skyreels import pricing
from generation.skyreels.pricing import PriceTable

_FIELDS = ("model", "resolution", "with_video", "usd_per_second")


def current_prices(day: date | None = None) -> PriceTable:
    """The prices of a day, today unless it is named. One query; of several prices for the same the latest counts."""
    entered = Price.objects.filter(since__lte=day or timezone.localdate()).order_by("since")
    rows = list(entered.values(*_FIELDS, "since"))
    if not rows:
        return gateway.provider().prices
    newer = [pricing.Price.model_validate({name: row[name] for name in _FIELDS}) for row in rows]
    return gateway.provider().prices.overlaid(newer, as_of=rows[-1]["since"])
