"""The search text of an asset: one folded text, updated by every function that writes the asset or its tags.

Each word is preceded by two spaces, so that one trigram index finds both prefixes and substrings of words: `  a` and
` ab` match words that start with `a` and `ab`.
"""

import re
import unicodedata
from collections.abc import Iterable

from taggit.models import Tag

from library.models.assets import Asset

GAP = "  "
TRIGRAM = 3  # characters
# PostgreSQL rejects NUL, and SQLite's tokenizer confuses the two noncharacters.
_UNSUPPORTED = re.compile("[\0\ufffe\uffff\ud800-\udfff]")


def fold(text: str) -> str:
    """Return the text in the form used for comparison: NFKC, in lower case."""
    lowered = unicodedata.normalize("NFKC", _UNSUPPORTED.sub(" ", text)).lower()
    return unicodedata.normalize("NFKC", lowered)


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in order, without the `@` of handles."""
    return [word for part in fold(text).split() if (word := part.lstrip("@"))]


def needles_of(text: str) -> list[str]:
    """Return the substring of `search_text` that each word of a query requires: words of three characters or more
    match anywhere, shorter ones at the beginning of a word."""
    return [
        GAP[len(word) - 1 :] + word if len(word) < TRIGRAM else word for word in dict.fromkeys(words_of(text))
    ]


def search_text_of(asset: Asset, tags: Iterable[str], earlier: Iterable[str] = ()) -> str:
    """Return the search text of an asset with these tags and former handles."""
    texts = (asset.handle, *sorted(earlier), asset.title, *sorted(tags), asset.description)
    return "".join(GAP + word for word in words_of(" ".join(texts)))


def refresh_search(*assets: Asset) -> None:
    """Update the search texts after a change of handles, title, description or tags."""
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
    """Update the search texts of all assets with this tag, after it was renamed or removed."""
    refresh_search(*Asset.objects.filter(tagged_items__tag=tag))
