"""Find the video and poster that the guests of a link see: the take's own, or a copy made for the link.

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

MAKE_TASK = "generation.tasks.encode_link_videos"


@dataclass(frozen=True)
class GuestVideo:
    """The video shown for a take on a guest's page. Without keys it is being made, or could not be made."""

    key: str = ""
    poster_key: str = ""
    has_failed: bool = False

    @property
    def is_ready(self) -> bool:
        return bool(self.key)

    @property
    def is_pending(self) -> bool:
        return not (self.key or self.has_failed)


def videos_for(link: ShareLink, takes: Iterable[Take]) -> dict[int, GuestVideo]:
    """Return the video that guests of this link see for each take, by the take's key. Queue missing copies."""
    takes = list(takes)
    if not link.has_own_copies:
        return {take.pk: GuestVideo(take.key, take.poster_key) for take in takes}
    found = _current(link, takes)
    if missing := [take for take in takes if take.pk not in found]:
        request_copies(link, missing)
    return {take.pk: _guest_video(found.get(take.pk)) for take in takes}


def request_copies(link: ShareLink, takes: Iterable[Take]) -> None:
    """Queue copies of these takes, unless they exist or are queued already."""
    # The same time for all, so that they are made in the order of their random keys.
    now = timezone.now()
    rows = [LinkFilm(link=link, take=take, mark=link.mark, next_try_at=now) for take in takes]
    LinkFilm.objects.bulk_create(rows, ignore_conflicts=True)
    enqueue_copies()


def replace_copies(link: ShareLink) -> None:
    """Replace the copies of this link, because its mark has changed."""
    with transaction.atomic():
        ended = list(link.films.current().select_for_update(of=("self",)).select_related("take"))
        link.films.current().update(ended_at=timezone.now())
        request_copies(link, [copy.take for copy in ended])


def find(key: str) -> LinkFilm | None:
    """Return the row whose video or poster has this key."""
    try:
        uuid = UUID(PurePosixPath(key).stem)
    except ValueError:
        return None
    copy = LinkFilm.objects.filter(uuid=uuid).first()
    return copy if copy and key in (copy.key, copy.poster_key) else None


def request_again(copy: LinkFilm) -> bool:
    """Queue a copy again whose objects are lost."""
    lost = LinkFilm.objects.current().filter(pk=copy.pk)
    made = lost.update(made_at=None, tries=0, next_try_at=timezone.now())
    enqueue_copies()
    return bool(made)


def enqueue_copies() -> None:
    """Queue the task that makes and deletes copies."""
    transaction.on_commit(lambda: async_task(MAKE_TASK), robust=True)


def _current(link: ShareLink, takes: Iterable[Take]) -> Mapping[int, LinkFilm]:
    copies = link.films.current().filter(take__in=[take.pk for take in takes])
    return {copy.take_id: copy for copy in copies}


def _guest_video(copy: LinkFilm | None) -> GuestVideo:
    if copy is None or copy.made_at is None:
        return GuestVideo(has_failed=copy is not None and copy.has_failed)
    return GuestVideo(copy.key, copy.poster_key)
