"""The words of notes: the people and the assets that they name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse

from generation.models import Take
from generation.reviews.notes import mentions
from library import handles
from library.models import Asset

# Names looked up for one page: databases bound what one question may hold.
MOST_NAMES = 300


@dataclass(frozen=True)
class Piece:
    """A part of a note's words: plain text, a person of the project, or an asset with its address and picture."""

    text: str
    is_person: bool = False
    url: str = ""
    picture_key: str = ""


def assets_in(texts: Iterable[str], take: Take) -> Mapping[str, Piece]:
    """What the handles in the texts mean in the take's project, whose members may see what it may use; by folded name,
    earlier names included. One query, if there is any."""
    found = dict.fromkeys(handles.fold(one.name) for text in texts for one in handles.find_handles(text))
    names = [name for name in found if handles.is_handle(name)][:MOST_NAMES]
    if not names:
        return {}
    assets = Asset.objects.usable_in(take.project).named(*names)
    known: dict[str, Piece] = {}
    library = reverse("library:list")
    for handle, earlier, key in assets.values_list("handle", "aliases__name", "cover__thumbnail_key"):
        piece = Piece("", url=f"{library}@{handle}/", picture_key=key or "")
        known |= {handles.fold(name): piece for name in (handle, earlier) if name}
    return known


def cut(text: str, people: set[str], assets: Mapping[str, Piece]) -> list[Piece]:
    """The text cut at the names that mean somebody or something; a name of both is the asset's. A handle may also be
    the beginning of somebody's name."""
    marks: dict[int, tuple[int, Piece]] = {}
    for named in mentions.names_in(text):
        if named.name in people:
            marks[named.start] = (named.end, Piece("", is_person=True))
    for mention in handles.find_handles(text):
        piece = assets.get(handles.fold(mention.name))
        if piece and marks.get(mention.start, (0,))[0] <= mention.end:
            marks[mention.start] = (mention.end, piece)
    pieces, done = [], 0
    for start, (end, piece) in sorted(marks.items(), key=lambda mark: mark[0]):
        if start >= done:
            marked = Piece(text[start:end], piece.is_person, piece.url, piece.picture_key)
            pieces += [Piece(text[done:start]), marked]
            done = end
    return [piece for piece in [*pieces, Piece(text[done:])] if piece.text]
