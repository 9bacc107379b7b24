"""Prepare the cards of the library's list for its template.

A page has dozens of cards with a dozen values each. They are prepared here as dictionaries, which templates read
fastest, and rendered by one loop without an include for each card.
"""

from collections.abc import Sequence
from typing import TypedDict

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from library.models import Asset
from library.models.rights import EXPIRED
from library.templatetags.media import thumbnail
from library.usability_text import use_names

register = template.Library()


class Card(TypedDict):
    """The values of one card; the labels are those of its checkbox and its favourite button."""

    key: str
    handle: str
    url: str
    thumbnail: str
    title: str
    facts: str
    uses: str
    rights: str
    is_expired: bool
    is_shared: bool
    is_starred: bool
    select_label: str
    star_label: str


@register.simple_tag
def cards(assets: Sequence[Asset]) -> list[Card]:
    """Return the cards of these assets; whether one is a favourite is its annotation `is_favourite`."""
    library = reverse("library:list")
    labels = _("Select %(asset)s"), _("Favourite: %(asset)s")
    # Few combinations of uses occur on a page, and rendering one takes a look-up per use.
    uses = {bits: use_names(bits) for bits in {asset.uses for asset in assets}}
    return [_card(asset, f"{library}@{asset.handle}/", uses[asset.uses], *labels) for asset in assets]


def _card(asset: Asset, url: str, uses: str, select_label: str, star_label: str) -> Card:
    handle = str(asset)
    return {
        "key": str(asset.pk),
        "handle": handle,
        "url": url,
        "thumbnail": thumbnail(asset.cover),
        "title": asset.title,
        "facts": asset.facts,
        "uses": uses,
        "rights": asset.rights_notice,
        "is_expired": asset.rights_state == EXPIRED,
        "is_shared": asset.is_shared,
        "is_starred": bool(getattr(asset, "is_favourite", False)),
        "select_label": select_label % {"asset": handle},
        "star_label": star_label % {"asset": handle},
    }
