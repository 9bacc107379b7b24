"""What the search sees of an asset: one folded text, kept up by whoever writes the asset or its tags.

Every word stands behind two blanks, so that the beginning of a word is found by the same trigram index as its middle:
`  a` begins with `a`, ` ab` begins with `ab`.
"""

import re
import unicodedata
from collections.abc import Iterable

from taggit.models import Tag

from library.models.assets import Asset

GAP = "  "
SHORTEST = 3  # letters of a trigram
# No database keeps NUL in a text, and SQLite's tokenizer takes the two others for one another.
_UNKEPT = re.compile("[\0\ufffe\uffff\ud800-\udfff]")


def fold(text: str) -> str:
    """The form in which texts are compared: compatible letters made equal (NFKC), in lower case."""
    lowered = unicodedata.normalize("NFKC", _UNKEPT.sub(" ", text)).lower()
    return unicodedata.normalize("NFKC", lowered)


def words_of(text: str) -> list[str]:
    """The folded words of a text in order, without the `@` of handles."""
    return [word for part in fold(text).split() if (word := part.lstrip("@"))]


def needles_of(text: str) -> list[str]:
    """What has to occur in `search_text` for each word of a query: a word of three letters or more anywhere, a
    shorter one at the beginning of a word."""
    return [
        GAP[len(word) - 1 :] + word if len(word) < SHORTEST else word
        for word in dict.fromkeys(words_of(text))
    ]


def search_text_of(asset: Asset, tags: Iterable[str], earlier: Iterable[str] = ()) -> str:
    """The text by which an asset with these tags and these earlier handles is found."""
    said = (asset.handle, *sorted(earlier), asset.title, *sorted(tags), asset.description)
    return "".join(GAP + word for word in words_of(" ".join(said)))


def refresh_search(*assets: Asset) -> None:
    """Writes the search texts anew after handle, earlier handles, title, description or tags were written."""
    fresh = Asset.objects.filter(pk__in=[asset.pk for asset in assets]).prefetch_related("tags", "aliases")  # type: ignore[misc]  # taggit
    changed = []
    for asset in fresh:
        earlier = (alias.name for alias in asset.aliases.all())
        text = search_text_of(asset, (tag.name for tag in asset.tags.all()), earlier)
        if text != asset.search_text:
            asset.search_text = text
            changed.append(asset)
    Asset.objects.bulk_update(changed, ["search_text"], batch_size=200)


def refresh_tagged(tag: Tag) -> None:
    """The same for every asset with this tag, after it was renamed or taken away."""
    refresh_search(*Asset.objects.filter(tagged_items__tag=tag))
