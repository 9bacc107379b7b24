"""The rows of a playlist's order, put together here for the reason that `strips` gives."""

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from generation.reviews.playlists.playlists import Place
from generation.templatetags.badges import review_badge
from library import storage

register = template.Library()

ROW = """<li class="order-row" id="place-{item}" data-key="{item}"><span class="order-number figure">{turn}</span>
<img src="{poster}" alt="" width="96" height="54" loading="lazy">
<a class="order-name" href="{address}{uuid}/">{project}{shot} · take {number}</a> {badge}
<span class="order-levers">
{up}{down}{out}
</span></li>
"""
LEVER = """<button class="button{kind}" id="{does}-{item}" name="{name}" value="{value}"
 aria-label="{label}"{state}>{sign}</button>"""
OFF = ' aria-disabled="true"'


@register.simple_tag
def order_rows(places: Sequence[Place]) -> SafeString:
    """The places of a playlist with the buttons that move them: up is before the one above, down before the one that
    comes after the next."""
    address, keys = reverse("generation:takes"), [place.item for place in places]
    ups: list[int] = [0, *keys]
    downs: list[int | str] = [*keys[2:], "end", "end"]
    rows = (
        _row(place, up, down, turn=turn, address=address, is_last=turn == len(places))
        for turn, (place, up, down) in enumerate(zip(places, ups, downs, strict=False), 1)
    )
    return mark_safe("".join(rows))  # noqa: S308 - escaped there


def _row(place: Place, up: int, down: int | str, *, turn: int, address: str, is_last: bool) -> str:
    item, said = place.item, f"place {turn}"
    return ROW.format(
        item=item,
        turn=turn,
        poster=escape(storage.signed_url(place.poster_key)),
        address=address,
        uuid=place.uuid,
        project=escape(place.project),
        shot=f" · {escape(place.shot)}" if place.shot else "",
        number=place.number,
        badge=review_badge(place.review),
        up=_lever("up", "↑", item, f"Move {said} up", move=f"{item}:{up}", is_off=not up),
        down=_lever("down", "↓", item, f"Move {said} down", move=f"{item}:{down}", is_off=is_last),
        out=_lever("out", "×", item, f"Take {said} out"),
    )


def _lever(does: str, sign: str, item: int, label: str, *, move: str = "", is_off: bool = False) -> str:
    return LEVER.format(
        kind="" if move else " button-quiet",
        does=does,
        item=item,
        name="move" if move else "remove",
        value=move or item,
        label=label,
        state=OFF if is_off else "",
        sign=sign,
    )
