"""Playlists: takes put up for review in an order, each once. Every change holds the playlist's row for its duration."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _

from generation.models import Note, Playlist, PlaylistItem, ShareLink, Take
from generation.models.playlists import PlaylistItemQuerySet
from library.models import Project
from library.models.projects import AnyUser
from library.text import visible

MOST_TAKES = 500
GONE = "The playlist was deleted meanwhile. Its takes are kept."
Review = Take.Review


class CannotList(Exception):
    """The playlist stays as it was. `field` names what has to be mended, where there is one."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Place(NamedTuple):
    """A take's place in a playlist, with what a strip of them shows; `item` is the key of the place itself.

    `open_notes` counts the threads of notes at the take that nobody resolved.
    """

    item: int
    take_id: int
    uuid: UUID
    number: int
    review: str
    poster_key: str
    video_key: str
    shot: str | None
    project: str
    open_notes: int


@dataclass(frozen=True)
class Summary:
    """How takes stand: how many in each state, and the threads of notes that nobody resolved."""

    approved: int
    changes: int
    rejected: int
    waiting: int
    open_notes: int

    @property
    def takes(self) -> int:
        """All of them."""
        return self.approved + self.changes + self.rejected + self.waiting

    @property
    def decided(self) -> int:
        """Those with a verdict."""
        return self.takes - self.waiting


@transaction.atomic
def create(*, by: User, project: Project, name: str, takes: Iterable[Take]) -> Playlist:
    """A new playlist with these takes in this order. Raises CannotList for a name that is empty, or too many takes."""
    made = Playlist.objects.create(project=project, name=_checked(name), created_by=by)
    add(made, takes, by=by)
    return made


def rename(playlist: Playlist, name: str) -> None:
    """Raises CannotList for a name that is empty, and as every change for a playlist that is gone."""
    name = _checked(name)
    if not Playlist.objects.filter(pk=playlist.pk).update(name=name):
        raise CannotList(GONE)
    playlist.name = name


def delete(playlist: Playlist) -> None:
    """The list alone; its takes stay."""
    playlist.delete()


@transaction.atomic
def add(playlist: Playlist, takes: Iterable[Take], *, by: User) -> int:
    """Append takes in this user's name; return the number of new ones. Takes already in the playlist keep their
    position; those hidden from guests are attributed to this user, if they may share them.

    Raises CannotList when it would become longer than `MOST_TAKES`, and when guests see the playlist and the user may
    not share one of the takes.
    """
    _hold(playlist)
    there = set(playlist.items.values_list("take_id", flat=True))
    asked = list(dict.fromkeys(take.pk for take in takes))
    new = [pk for pk in asked if pk not in there]
    if len(there) + len(new) > MOST_TAKES:
        raise CannotList(
            f"A playlist holds {MOST_TAKES} takes at most, and with these {playlist} would have more."
            " Nothing was added. Narrow the choice, or make a second playlist."
        )
    _check_may_share(playlist, new, by)
    last = playlist.items.aggregate(last=Max("position"))["last"] or 0
    rows = [
        PlaylistItem(playlist=playlist, take_id=pk, position=place, added_by=by, is_attributed=True)
        for place, pk in enumerate(new, last + 1)
    ]
    PlaylistItem.objects.bulk_create(rows)
    _vouch(unvouched(playlist).filter(take__in=asked), by)
    return len(new)


def vouch(playlist: Playlist, *, by: User, instead_of: int | EllipsisType | None = ...) -> int:
    """Attribute the takes that are hidden from guests to this user, as far as they may share them; return the number
    of takes. With `instead_of` (a user's key, None for deleted users), only takes which that user added."""
    kept = unvouched(playlist)
    if not isinstance(instead_of, EllipsisType):
        kept = kept.filter(added_by=instead_of)
    return _vouch(kept, by)


def has_guests(playlist: Playlist) -> bool:
    """Return whether an open share link shows the playlist."""
    return ShareLink.objects.unended().filter(playlist=playlist).exists()


def unvouched(playlist: Playlist) -> PlaylistItemQuerySet:
    """Return the items hidden from guests, because the users who added them may not share their takes."""
    items = PlaylistItem.objects.filter(playlist=playlist)
    return items.exclude(pk__in=items.vouched_for().values("pk"))


@transaction.atomic
def remove(playlist: Playlist, *, item: int) -> None:
    """Take one out, by the key of its place; one that is gone already is no error."""
    _hold(playlist)
    playlist.items.filter(pk=item).delete()


@transaction.atomic
def move(playlist: Playlist, *, item: int, before: int | None) -> None:
    """Put one before another, or at the end; both by the keys of their places.

    Keys that are not in this playlist any more change nothing: somebody else was quicker.
    """
    _hold(playlist)
    held = {row.pk: row for row in playlist.items.order_by("position", "pk")}
    if item not in held or item == before or (before is not None and before not in held):
        return
    order = [pk for pk in held if pk != item]
    order.insert(len(order) if before is None else order.index(before), item)
    changed = [row for place, pk in enumerate(order, 1) if _placed(row := held[pk], place)]
    PlaylistItem.objects.bulk_update(changed, ["position"])


def places_for(playlist: Playlist, user: AnyUser) -> list[Place]:
    """The places whose takes the user may see, in order. Two queries, rows without the large fields of takes."""
    seen = playlist.items.filter(take__in=Take.objects.visible_to(user)).order_by("position", "pk")
    threads = Note.objects.open().filter(take__in=playlist.items.values("take")).order_by()
    waiting = dict(threads.values_list("take").annotate(Count("pk")))
    fields = (
        "take__uuid", "take__number", "take__review", "take__poster_key", "take__key", "take__shot__code",
        "take__project__name",
    )  # fmt: skip
    rows = seen.values_list("pk", "take_id", *fields)
    return [Place._make((*row, waiting.get(row[1], 0))) for row in rows]


def summary(places: Sequence[Place]) -> Summary:
    """How these places stand."""
    states = Counter(place.review for place in places)
    return Summary(
        approved=states[Review.APPROVED],
        changes=states[Review.CHANGES],
        rejected=states[Review.REJECTED],
        waiting=states[Review.WAITING],
        open_notes=sum(place.open_notes for place in places),
    )


def _checked(name: str) -> str:
    longest = Playlist._meta.get_field("name").max_length or 0
    name = visible(" ".join(name.split()))
    if not name:
        raise CannotList("Give the playlist a name, such as Dailies of Monday.", "name")
    if len(name) > longest:
        raise CannotList(f"The name has {len(name)} letters; {longest} fit.", "name")
    return name


def _hold(playlist: Playlist) -> None:
    """One change at a time: places are counted, and a take stands in a playlist once."""
    if Playlist.objects.select_for_update().filter(pk=playlist.pk).first() is None:
        raise CannotList(GONE)


def _check_may_share(playlist: Playlist, takes: list[int], by: User) -> None:
    """Raise CannotList if guests see the playlist and the user may not share one of the takes."""
    if not takes or not has_guests(playlist):
        return
    others = Take.objects.filter(pk__in=takes).exclude(pk__in=Take.objects.editable_by(by).values("pk"))
    projects = sorted(set(others.order_by().values_list("project__name", flat=True)))
    if projects:
        raise CannotList(
            _(
                "Guests see this playlist through a share link, and you may not share takes of %(projects)s. "
                "Nothing was added. Ask an owner or editor there to add them, or create another playlist."
            )
            % {"projects": ", ".join(projects)}
        )


def _vouch(kept: PlaylistItemQuerySet, by: User) -> int:
    mine = kept.filter(take__in=Take.objects.editable_by(by)).values_list("pk", flat=True)
    return PlaylistItem.objects.filter(pk__in=list(mine)).update(added_by=by, is_attributed=True)


def _placed(row: PlaylistItem, place: int) -> bool:
    """Give a row its place; whether that is another than it had."""
    is_new = row.position != place
    row.position = place
    return is_new
