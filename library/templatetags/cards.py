"""The cards of the library's list. A page has dozens of them, and a template takes longer over their fifty small parts
than the database and all the rest of the page together; so the parts are put together here."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from library.models import Asset
from library.templatetags.media import thumbnail

register = template.Library()

CARD = """<li class="card"><a class="card-link" href="{address}">{picture}
<span class="card-body"><span class="handle">{asset}</span>{title}
<span class="facts">{facts}</span><span class="facts">{usable}</span>{rights}</span>{kept}</a>
<div class="card-tools"><label class="check"><input type="checkbox" name="asset" value="{key}" form="chosen" \
aria-label="Choose {asset}" autocomplete="off"></label>{star}</div></li>
"""
PICTURE = '<img class="card-picture" src="{}" alt="" loading="lazy" decoding="async">'
NO_PICTURE = mark_safe('<span class="card-picture">no picture</span>')
TITLE = '<span class="card-title">{}</span>'
RIGHTS = '<span><span class="badge {}">{}</span></span>'
KEPT = mark_safe('<span class="badge">project only</span>')
STAR = """<button class="star" form="star" formaction="{0}favourite/" name="starred" value="{1}" aria-pressed="{2}" \
aria-label="Favourite: {3}" hx-post="{0}favourite/" hx-vals='{{"starred": "{1}"}}' hx-swap="outerHTML">\
<span aria-hidden="true">{4}</span></button>"""


@register.simple_tag
def card(asset: Asset) -> SafeString:
    """An asset as the list shows it; `is_favourite` is what `find_assets` says."""
    address, told = asset.get_absolute_url(), asset.rights_told
    picture = thumbnail(asset.cover)
    colour = "badge-bad" if asset.rights_state == "expired" else "badge-held"
    return format_html(
        CARD,
        address=address,
        asset=str(asset),
        key=asset.pk,
        picture=format_html(PICTURE, picture) if picture else NO_PICTURE,
        title=format_html(TITLE, asset.title) if asset.title else "",
        facts=asset.facts,
        usable=asset.usable_as or "cannot be sent as it is",
        rights=format_html(RIGHTS, colour, told) if told else "",
        kept="" if asset.is_shared else KEPT,
        star=star(asset, address, starred=bool(getattr(asset, "is_favourite", False))),
    )


def star(asset: Asset, address: str, *, starred: bool) -> SafeString:
    """The star of a card, by the address of its asset. Without JavaScript the button sends the form `star`, which
    stands once on the page."""
    sign, pressed = ("★", "true") if starred else ("☆", "false")
    return format_html(STAR, address, int(not starred), pressed, str(asset), sign)
