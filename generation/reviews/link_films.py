"""Which film and poster the guests of a link see: the take's own, or a copy that was made for the link.

A link with a watermark, and every blind vote, shows copies alone: a guest never gets a URL of the original.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import LinkFilm, ShareLink, Take

MAKE = "generation.tasks.make_link_films"


@dataclass(frozen=True)
class Shown:
    """What stands for a take on a guest's page. Without keys it is being made, or could not be."""

    key: str = ""
    poster_key: str = ""
    has_failed: bool = False

    @property
    def is_ready(self) -> bool:
        return bool(self.key)

    @property
    def is_coming(self) -> bool:
        return not (self.key or self.has_failed)


def shown(link: ShareLink, takes: Iterable[Take]) -> dict[int, Shown]:
    """Return what guests of this link see of each of these takes, by the take's key. Copies that nobody has asked for
    yet are ordered."""
    takes = list(takes)
    if not link.has_own_films:
        return {take.pk: Shown(take.key, take.poster_key) for take in takes}
    found = _current(link, takes)
    if missing := [take for take in takes if take.pk not in found]:
        order(link, missing)
    return {take.pk: _shown(found.get(take.pk)) for take in takes}


def order(link: ShareLink, takes: Iterable[Take]) -> None:
    """Have copies of these takes made by a worker, unless they are there or on their way."""
    # One moment for all, so that the order in which they are made follows from their random keys alone.
    now = timezone.now()
    rows = [LinkFilm(link=link, take=take, mark=link.mark, next_try_at=now) for take in takes]
    LinkFilm.objects.bulk_create(rows, ignore_conflicts=True)
    wake()


def replace(link: ShareLink) -> None:
    """End the copies of this link, because its mark has changed, and have them made anew."""
    with transaction.atomic():
        ended = list(link.films.current().select_for_update().select_related("take"))
        link.films.current().update(ended_at=timezone.now())
        order(link, [film.take for film in ended])


def find(key: str) -> LinkFilm | None:
    """Return the row whose film or poster lies under this key."""
    try:
        uuid = UUID(PurePosixPath(key).stem)
    except ValueError:
        return None
    film = LinkFilm.objects.filter(uuid=uuid).first()
    return film if film and key in (film.key, film.poster_key) else None


def make_again(film: LinkFilm) -> bool:
    """Have a copy whose objects are lost made once more."""
    lost = LinkFilm.objects.current().filter(pk=film.pk)
    made = lost.update(made_at=None, tries=0, next_try_at=timezone.now())
    wake()
    return bool(made)


def wake() -> None:
    """Have a worker make and delete what is due."""
    transaction.on_commit(lambda: async_task(MAKE), robust=True)


def _current(link: ShareLink, takes: Iterable[Take]) -> Mapping[int, LinkFilm]:
    films = link.films.current().filter(take__in=[take.pk for take in takes])
    return {film.take_id: film for film in films}


def _shown(film: LinkFilm | None) -> Shown:
    if film is None or film.made_at is None:
        return Shown(has_failed=film is not None and film.has_failed)
    return Shown(film.key, film.poster_key)
