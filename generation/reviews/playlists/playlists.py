"""Playlists: ordered sets of takes for review, each take once. Every change locks the playlist's row."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import NamedTuple
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from generation.models import Note, Playlist, PlaylistItem, ReviewState, ShareLink, Take
from generation.models.playlists import PlaylistItemQuerySet
from library.models import Project
from library.models.projects import AnyUser
from library.text import visible

MAX_TAKES = 500


class CannotChangePlaylist(Exception):
    """The playlist is unchanged. The message is for users; `field` names the form field to correct, if any."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class PlaylistTake(NamedTuple):
    """One take of a playlist with what a strip shows; `item` is the key of its `PlaylistItem`.

    `open_notes` is the number of unresolved note threads on the take.
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
    """The number of takes in each review state, and of unresolved note threads."""

    by_state: Mapping[str, int]
    open_notes: int

    @property
    def states(self) -> list[tuple[ReviewState, int]]:
        """Return all states with their numbers, the verdicts first."""
        order = [*ReviewState.verdicts(), ReviewState.WAITING]
        return [(state, self.by_state.get(state, 0)) for state in order]

    @property
    def waiting(self) -> int:
        return self.by_state.get(ReviewState.WAITING, 0)

    @property
    def takes(self) -> int:
        return sum(self.by_state.values())

    @property
    def decided(self) -> int:
        return self.takes - self.waiting


@transaction.atomic
def create(*, by: User, project: Project, name: str, takes: Iterable[Take]) -> Playlist:
    """Create a playlist with these takes in this order.

    Raise CannotChangePlaylist for an empty name or too many takes.
    """
    made = Playlist.objects.create(project=project, name=_validated_name(name), created_by=by)
    add(made, takes, by=by)
    return made


def rename(playlist: Playlist, name: str) -> None:
    """Raise CannotChangePlaylist if the name is empty or the playlist was deleted."""
    name = _validated_name(name)
    if not Playlist.objects.filter(pk=playlist.pk).update(name=name):
        raise _deleted()
    playlist.name = name


def delete(playlist: Playlist) -> None:
    """Delete the playlist and keep its takes."""
    playlist.delete()


@transaction.atomic
def add(playlist: Playlist, takes: Iterable[Take], *, by: User) -> int:
    """Append takes in this user's name; return the number of new ones. Takes already in the playlist keep their
    position; those hidden from guests are attributed to this user, if they may share them.

    Raise CannotChangePlaylist if it would have more than `MAX_TAKES`, or if guests see the playlist and the user may
    not share one of the takes.
    """
    _lock(playlist)
    existing = set(playlist.items.values_list("take_id", flat=True))
    requested = list(dict.fromkeys(take.pk for take in takes))
    new = [pk for pk in requested if pk not in existing]
    if len(existing) + len(new) > MAX_TAKES:
        raise _too_many(playlist)
    _check_may_share(playlist, new, by)
    last = playlist.items.aggregate(last=Max("position"))["last"] or 0
    rows = [
        PlaylistItem(playlist=playlist, take_id=pk, position=position, added_by=by, is_attributed=True)
        for position, pk in enumerate(new, last + 1)
    ]
    PlaylistItem.objects.bulk_create(rows)
    _vouch(unvouched(playlist).filter(take__in=requested), by)
    return len(new)


def vouch(playlist: Playlist, *, by: User, instead_of: int | EllipsisType | None = ...) -> int:
    """Attribute the takes that are hidden from guests to this user, as far as they may share them; return the number
    of takes. With `instead_of` (a user's key, None for deleted users), only takes which that user added."""
    items = unvouched(playlist)
    if not isinstance(instead_of, EllipsisType):
        items = items.filter(added_by=instead_of)
    return _vouch(items, by)


def has_guests(playlist: Playlist) -> bool:
    """Return whether an open share link shows the playlist."""
    return ShareLink.objects.unended().filter(playlist=playlist).exists()


def unvouched(playlist: Playlist) -> PlaylistItemQuerySet:
    """Return the items hidden from guests, because the users who added them may not share their takes."""
    items = PlaylistItem.objects.filter(playlist=playlist)
    return items.exclude(pk__in=items.vouched_for().values("pk"))


@transaction.atomic
def remove(playlist: Playlist, *, item: int) -> None:
    """Remove an item by its key. An item that is already gone is not an error."""
    _lock(playlist)
    playlist.items.filter(pk=item).delete()


@transaction.atomic
def move(playlist: Playlist, *, item: int, before: int | None) -> None:
    """Move an item before another one, or to the end.

    Keys that are no longer in this playlist change nothing: another user was faster.
    """
    _lock(playlist)
    rows = {row.pk: row for row in playlist.items.order_by("position", "pk")}
    if item not in rows or item == before or (before is not None and before not in rows):
        return
    order = [pk for pk in rows if pk != item]
    order.insert(len(order) if before is None else order.index(before), item)
    changed = [row for position, pk in enumerate(order, 1) if _set_position(row := rows[pk], position)]
    PlaylistItem.objects.bulk_update(changed, ["position"])


def takes_for(playlist: Playlist, user: AnyUser) -> list[PlaylistTake]:
    """Return the takes that the user may see, in order. Two queries, without the large fields of takes."""
    visible_items = playlist.items.filter(take__in=Take.objects.visible_to(user)).order_by("position", "pk")
    threads = Note.objects.open().filter(take__in=playlist.items.values("take")).order_by()
    open_notes = dict(threads.values_list("take").annotate(Count("pk")))
    fields = (
        "take__uuid", "take__number", "take__review", "take__poster_key", "take__key", "take__shot__code",
        "take__project__name",
    )  # fmt: skip
    rows = visible_items.values_list("pk", "take_id", *fields)
    return [PlaylistTake._make((*row, open_notes.get(row[1], 0))) for row in rows]


def summary(takes: Sequence[PlaylistTake]) -> Summary:
    """Count the takes by review state, and their open notes."""
    return Summary(Counter(take.review for take in takes), sum(take.open_notes for take in takes))


def _deleted() -> CannotChangePlaylist:
    return CannotChangePlaylist(_("This playlist was deleted in the meantime. Its takes still exist."))


def _too_many(playlist: Playlist) -> CannotChangePlaylist:
    message = _(
        "A playlist can have up to %(max)d takes, and %(playlist)s would have more. Nothing was added. "
        "Select fewer takes, or create a second playlist."
    )
    return CannotChangePlaylist(message % {"max": MAX_TAKES, "playlist": playlist})


def _validated_name(name: str) -> str:
    longest = Playlist._meta.get_field("name").max_length or 0
    name = visible(" ".join(name.split()))
    if not name:
        raise CannotChangePlaylist(_("Enter a name, such as Monday dailies."), "name")
    if len(name) > longest:
        message = ngettext(
            "The name has %(count)d character. The maximum is %(max)d.",
            "The name has %(count)d characters. The maximum is %(max)d.",
            len(name),
        )
        raise CannotChangePlaylist(message % {"count": len(name), "max": longest}, "name")
    return name


def _lock(playlist: Playlist) -> None:
    """Serialise changes: positions are counted, and a playlist contains each take once."""
    if Playlist.objects.select_for_update().filter(pk=playlist.pk).first() is None:
        raise _deleted()


def _check_may_share(playlist: Playlist, takes: list[int], by: User) -> None:
    """Raise CannotChangePlaylist if guests see the playlist and the user may not share one of the takes."""
    if not takes or not has_guests(playlist):
        return
    others = Take.objects.filter(pk__in=takes).exclude(pk__in=Take.objects.editable_by(by).values("pk"))
    projects = sorted(set(others.order_by().values_list("project__name", flat=True)))
    if projects:
        raise CannotChangePlaylist(
            _(
                "Guests see this playlist through a share link, and you may not share takes of %(projects)s. "
                "Nothing was added. Ask an owner or editor there to add them, or create another playlist."
            )
            % {"projects": ", ".join(projects)}
        )


def _vouch(items: PlaylistItemQuerySet, by: User) -> int:
    own = items.filter(take__in=Take.objects.editable_by(by)).values_list("pk", flat=True)
    return PlaylistItem.objects.filter(pk__in=list(own)).update(added_by=by, is_attributed=True)


def _set_position(row: PlaylistItem, position: int) -> bool:
    """Set the position of a row; return whether it changed."""
    is_new = row.position != position
    row.position = position
    return is_new
