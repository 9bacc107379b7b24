"""Badges for states of review."""

from django import template

from generation.models import ReviewState

register = template.Library()


@register.inclusion_tag("generation/takes/_review_badge.html")
def review_badge(review: str) -> dict[str, ReviewState | None]:
    """Show a value of `ReviewState` as a badge; an empty value shows nothing."""
    return {"state": ReviewState(review) if review else None}
