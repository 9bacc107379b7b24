"""Where a take or a shot stands, as a small mark."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from generation.models import Take

register = template.Library()

KINDS = {
    Take.Review.WAITING: "badge-info",
    Take.Review.APPROVED: "badge-ok",
    Take.Review.CHANGES: "badge-amber",
    Take.Review.REJECTED: "badge-bad",
}
# Made once: a page has hundreds of them.
BADGES = {
    str(review): format_html('<span class="badge {}">{}</span>', kind, review.label)
    for review, kind in KINDS.items()
}


@register.filter
def review_badge(review: str) -> SafeString:
    """The badge of a value of `Take.Review`, or of a verdict's decision; nothing for the empty one."""
    return BADGES.get(review, SafeString(""))
