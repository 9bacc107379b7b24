"""Format amounts of money and numbers in the language of the page."""

from decimal import Decimal

from django import template
from django.utils.formats import get_format, number_format

register = template.Library()


@register.filter
def usd(amount: Decimal | None) -> str:
    """Format US dollars as `$0.44`, with a minus before the sign."""
    return "" if amount is None else _signed(amount, "−", places=2)


@register.filter
def usd_exact(amount: Decimal) -> str:
    """Format a price as `$0.088`, with a third decimal if it has one."""
    return _dollars(f"{amount:.3f}".removesuffix("0"))


@register.filter
def usd_full(amount: Decimal | None) -> str:
    """Format US dollars to the hundredth of a cent, `$0.4907`, so that columns align."""
    return "" if amount is None else _signed(amount, "−", places=4)


@register.filter
def usd_short(amount: Decimal) -> str:
    """Format an amount on an axis: `$20`, `$0.60`, `$0.0005`."""
    if amount == amount.to_integral_value():
        return _dollars(f"{amount:.0f}")
    return _dollars(f"{amount:.2f}" if amount >= Decimal("0.01") else f"{amount.normalize():f}")


@register.filter
def usd_signed(amount: Decimal) -> str:
    """Format a difference, always with its sign."""
    return f"{'+' if amount > 0 else ''}{usd_full(amount)}"


@register.filter
def unlocalized(amount: Decimal | float) -> str:
    """Format a number for an HTML attribute: digits and a point in any language."""
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)


def _signed(amount: Decimal, minus: str, *, places: int) -> str:
    return f"{minus if amount < 0 else ''}{_dollars(f'{abs(amount):.{places}f}')}"


def _dollars(digits: str) -> str:
    """Group the digits and add the sign of the currency; `digits` has a point and is rounded."""
    return str(get_format("USD_FORMAT")) % number_format(digits, force_grouping=True)
