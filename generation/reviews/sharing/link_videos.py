"""The video and poster that the guests of a link see: the take's own, or a copy that was made for the link.

A link with a watermark, and every blind vote, shows only copies: guests never get a URL of the original.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from generation.models import LinkFilm, ShareLink, Take

MAKE = "generation.tasks.encode_link_videos"


@dataclass(frozen=True)
class Shown:
    """The video shown for a take on a guest's page. Without keys it is being made, or could not be made."""

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
    """Return the video that guests of this link see for each of these takes, by the take's key. Copies that have not
    been requested yet are queued."""
    takes = list(takes)
    if not link.has_own_films:
        return {take.pk: Shown(take.key, take.poster_key) for take in takes}
    found = _current(link, takes)
    if missing := [take for take in takes if take.pk not in found]:
        order(link, missing)
    return {take.pk: _shown(found.get(take.pk)) for take in takes}


def order(link: ShareLink, takes: Iterable[Take]) -> None:
    """Queue copies of these takes, unless they exist or are queued already."""
    # The same time for all, so that they are made in the order of their random keys.
    now = timezone.now()
    rows = [LinkFilm(link=link, take=take, mark=link.mark, next_try_at=now) for take in takes]
    LinkFilm.objects.bulk_create(rows, ignore_conflicts=True)
    wake()


def replace(link: ShareLink) -> None:
    """Replace the copies of this link, because its mark has changed."""
    with transaction.atomic():
        ended = list(link.films.current().select_for_update(of=("self",)).select_related("take"))
        link.films.current().update(ended_at=timezone.now())
        order(link, [film.take for film in ended])


def find(key: str) -> LinkFilm | None:
    """Return the row whose video or poster has this key."""
    try:
        uuid = UUID(PurePosixPath(key).stem)
    except ValueError:
        return None
    film = LinkFilm.objects.filter(uuid=uuid).first()
    return film if film and key in (film.key, film.poster_key) else None


def make_again(film: LinkFilm) -> bool:
    """Queue a copy again whose objects are lost."""
    lost = LinkFilm.objects.current().filter(pk=film.pk)
    made = lost.update(made_at=None, tries=0, next_try_at=timezone.now())
    wake()
    return bool(made)


def wake() -> None:
    """Queue the task that makes and deletes copies."""
    transaction.on_commit(lambda: async_task(MAKE), robust=True)


def _current(link: ShareLink, takes: Iterable[Take]) -> Mapping[int, LinkFilm]:
    films = link.films.current().filter(take__in=[take.pk for take in takes])
    return {film.take_id: film for film in films}


def _shown(film: LinkFilm | None) -> Shown:
    if film is None or film.made_at is None:
        return Shown(has_failed=film is not None and film.has_failed)
    return Shown(film.key, film.poster_key)
