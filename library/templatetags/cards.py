"""The cards of the library's list. A page has dozens of them, and a template takes longer over their fifty small parts
than the database and all the rest of the page together; so the parts are put together here. They are escaped by the
standard library, which asks of no text whether it is safe or lazy and needs a fifth of the time."""

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from library.models import Asset
from library.models.rights import EXPIRED
from library.templatetags.media import thumbnail

register = template.Library()

CARD = """<li class="card"><a class="card-link" href="{address}">{picture}
<span class="card-body"><span class="handle">{asset}</span>{title}
<span class="facts">{facts}</span><span class="facts">{usable}</span>{rights}</span>{kept}</a>
<div class="card-tools"><label class="check"><input type="checkbox" name="asset" value="{key}" form="chosen" \
aria-label="Choose {asset}" autocomplete="off"></label>{star}</div></li>
"""
PICTURE = '<img class="card-picture" src="{}" alt="" loading="lazy" decoding="async">'
NO_PICTURE = '<span class="card-picture">no picture</span>'
TITLE = '<span class="card-title">{}</span>'
RIGHTS = '<span><span class="badge {}">{}</span></span>'
KEPT = '<span class="badge">project only</span>'
STAR = """<button class="star" form="star" formaction="{0}favourite/" name="starred" value="{1}" aria-pressed="{2}" \
aria-label="Favourite: {3}" hx-post="{0}favourite/" hx-vals='{{"starred": "{1}"}}' hx-swap="outerHTML">\
<span aria-hidden="true">{4}</span></button>"""


@register.simple_tag
def cards(assets: Sequence[Asset]) -> SafeString:
    """Assets as the list shows them; whether one is starred says `is_favourite`, which `find_assets` sets."""
    library = reverse("library:list")
    return mark_safe("".join(_card(asset, f"{library}@{asset.handle}/") for asset in assets))  # noqa: S308 - escaped there


def _card(asset: Asset, address: str) -> str:
    picture, told = thumbnail(asset.cover), asset.rights_told
    colour = "badge-bad" if asset.rights_state == EXPIRED else "badge-held"
    return CARD.format(
        address=address,
        asset=escape(str(asset)),
        key=asset.pk,
        picture=PICTURE.format(escape(picture)) if picture else NO_PICTURE,
        title=TITLE.format(escape(asset.title)) if asset.title else "",
        facts=escape(asset.facts),
        usable=escape(asset.usable_as or "cannot be sent as it is"),
        rights=RIGHTS.format(colour, escape(told)) if told else "",
        kept="" if asset.is_shared else KEPT,
        star=_star(asset, address, starred=bool(getattr(asset, "is_favourite", False))),
    )


def star(asset: Asset, *, starred: bool) -> SafeString:
    """The star of a card. Without JavaScript the button sends the form `star`, which stands once on the page."""
    return mark_safe(_star(asset, asset.get_absolute_url(), starred=starred))  # noqa: S308 - escaped there


def _star(asset: Asset, address: str, *, starred: bool) -> str:
    sign, pressed = ("★", "true") if starred else ("☆", "false")
    return STAR.format(address, int(not starred), pressed, escape(str(asset)), sign)
