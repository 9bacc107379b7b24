"""Money and numbers in templates."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def usd(amount: Decimal | None) -> str:
    """US dollars as `$0.44`; a third place where the price of a second needs it, a minus before the sign."""
    if amount is None:
        return ""
    size = abs(amount)
    places = 2 if size == round(size, 2) else 3
    return f"{'−' if amount < 0 else ''}${size:,.{places}f}"


@register.filter
def unlocalized(amount: Decimal | float) -> str:
    """A number as attributes of HTML want it: digits and a point."""
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
