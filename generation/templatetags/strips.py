"""The strips of a playlist and of a shot. They have hundreds of takes, over whose small parts a template takes longer
than the database and all the rest of the page together; so they are put together here, and escaped by the standard
library."""

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from generation.models import Take
from generation.reviews.playlists.playlists import Place
from generation.reviews.verdicts.shot_stack import StackedTake
from generation.templatetags.badges import KINDS
from library import storage

register = template.Library()

CURRENT = ' aria-current="page"'
LINE = """<li><a href="{address}?at={turn}"{current}>
<img src="{poster}" alt="" width="132" height="83" loading="lazy"><span class="facts">{turn}. {shot}take {number}</span>
<span class="session-mark session-{review}">{state}{notes}</span></a></li>
"""
CARD = """<li><a class="stack-take" id="stack-{uuid}" href="{address}{uuid}/"{current}>
<img src="{poster}" alt="" width="132" height="83" loading="lazy" decoding="async">
<span class="facts">Take {number}</span> <span class="badge {kind}">{state}</span></a></li>
"""
STATES = {
    Take.Review.WAITING: "To review",
    Take.Review.APPROVED: "Approved",
    Take.Review.CHANGES: "Changes",
    Take.Review.REJECTED: "Rejected",
}


@register.simple_tag
def stack_strip(takes: Sequence[StackedTake], current: Take) -> SafeString:
    """The takes of a shot, each leading to its page."""
    address = reverse("generation:takes")  # building each address anew takes a tenth of the page's time
    cards = (_card(take, address, is_current=take.pk == current.pk) for take in takes)
    return mark_safe("".join(cards))  # noqa: S308 - escaped there


@register.simple_tag
def strip(places: Sequence[Place], address: str, current: int | str) -> SafeString:
    """The takes in order, each leading to its turn in the session at this address."""
    lines = (_line(place, turn, address, is_current=turn == current) for turn, place in enumerate(places, 1))
    return mark_safe("".join(lines))  # noqa: S308 - escaped there


def _card(take: StackedTake, address: str, *, is_current: bool) -> str:
    return CARD.format(
        uuid=take.uuid,
        address=address,
        current=CURRENT if is_current else "",
        poster=escape(storage.signed_url(take.poster_key)),
        number=take.number,
        kind=KINDS[Take.Review(take.review)],
        state="Abandoned" if take.abandoned_at else STATES[Take.Review(take.review)],
    )


def _line(place: Place, turn: int, address: str, *, is_current: bool) -> str:
    return LINE.format(
        address=escape(address),
        turn=turn,
        current=CURRENT if is_current else "",
        poster=escape(storage.signed_url(place.poster_key)),
        shot=f"{escape(place.shot)}, " if place.shot else "",
        number=place.number,
        review=escape(place.review),
        state=STATES[Take.Review(place.review)],
        notes=f" · {place.open_notes} open" if place.open_notes else "",
    )
