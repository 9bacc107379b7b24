"""Money and numbers in templates."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def usd(amount: Decimal | None) -> str:
    """US dollars as `$0.44`, with a minus before the sign."""
    return "" if amount is None else f"{'−' if amount < 0 else ''}${abs(amount):,.2f}"


@register.filter
def usd_exact(amount: Decimal) -> str:
    """A price such as `$0.088`: with a third place where it has one."""
    return f"${amount:.3f}".removesuffix("0")


@register.filter
def usd_full(amount: Decimal | None) -> str:
    """US dollars to the hundredth of a cent, `$0.4907`, so that columns stand under each other."""
    return "" if amount is None else f"{'−' if amount < 0 else ''}${abs(amount):,.4f}"


@register.filter
def usd_short(amount: Decimal) -> str:
    """An amount on a scale: `$20`, `$0.60`, `$0.0005`."""
    whole = amount == amount.to_integral_value()
    return (
        f"${amount:,.0f}"
        if whole
        else f"${amount:,.2f}"
        if amount >= Decimal("0.01")
        else f"${amount.normalize():f}"
    )


@register.filter
def usd_signed(amount: Decimal) -> str:
    """A difference, always with its sign."""
    return f"{'+' if amount > 0 else ''}{usd_full(amount)}"


@register.filter
def unlocalized(amount: Decimal | float) -> str:
    """A number as attributes of HTML want it: digits and a point."""
    return f"{amount:f}" if isinstance(amount, Decimal) else str(amount)
