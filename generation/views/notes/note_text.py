"""Split the text of notes at mentions of members and assets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from generation.models import Take
from generation.reviews.notes import mentions
from library import handles, storage
from library.models import Asset

# The maximum number of names in one query; databases limit parameters.
MAX_NAMES = 300


@dataclass(frozen=True)
class TextPart:
    """A part of a note: plain text, a member, or an asset with its URL and thumbnail."""

    text: str
    is_member: bool = False
    url: str = ""
    thumbnail_url: str = ""


def assets_in(texts: Iterable[str], take: Take) -> Mapping[str, TextPart]:
    """Return the assets that the texts mention, by folded name including former names; at most one query.

    Only assets that the take's project may use; all its members may see these.
    """
    found = dict.fromkeys(handles.fold(one.name) for text in texts for one in handles.find_handles(text))
    names = [name for name in found if handles.is_handle(name)][:MAX_NAMES]
    if not names:
        return {}
    assets = Asset.objects.usable_in(take.project).named(*names)
    parts: dict[str, TextPart] = {}
    library = reverse("library:list")
    for handle, alias, key in assets.values_list("handle", "aliases__name", "cover__thumbnail_key"):
        thumbnail = storage.signed_url(key) if key else ""
        part = TextPart("", url=f"{library}@{handle}/", thumbnail_url=thumbnail)
        parts |= {handles.fold(name): part for name in (handle, alias) if name}
    return parts


def split_at_mentions(text: str, members: set[str], assets: Mapping[str, TextPart]) -> list[TextPart]:
    """Split a text at mentions. A name of both a member and an asset means the asset; a handle may also be the
    beginning of a username."""
    marks: dict[int, tuple[int, TextPart]] = {}
    for mention in mentions.find_mentions(text):
        if mention.name in members:
            marks[mention.start] = (mention.end, TextPart("", is_member=True))
    for handle in handles.find_handles(text):
        part = assets.get(handles.fold(handle.name))
        if part and marks.get(handle.start, (0,))[0] <= handle.end:
            marks[handle.start] = (handle.end, part)
    parts, done = [], 0
    for start, (end, part) in sorted(marks.items(), key=lambda mark: mark[0]):
        if start >= done:
            mention_part = TextPart(text[start:end], part.is_member, part.url, part.thumbnail_url)
            parts += [TextPart(text[done:start]), mention_part]
            done = end
    return [part for part in [*parts, TextPart(text[done:])] if part.text]
