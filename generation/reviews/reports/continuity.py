"""The continuity sheet: every take of one asset over all projects, in the order of the story, on one page.

Only what no browser would print in one piece comes in several.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from generation.models import JobReference, Take
from generation.reviews.reports.take_search import in_story_order
from library.models import Asset
from library.models.projects import AnyUser

# One page that prints as one sheet, up to what a browser lays out without trouble.
SIZE = 600


@dataclass(frozen=True)
class Line:
    """A take, and how the asset is in it: the versions used, and its parts in the take."""

    take: Take
    versions: Sequence[int]
    parts: Sequence[JobReference]


@dataclass(frozen=True)
class Sheet:
    """A page of it, counted from 1. `hidden` are the takes of projects that the user may not see."""

    lines: Sequence[Line]
    count: int
    hidden: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """The number of the page's first take among all."""
        return (self.page - 1) * SIZE + 1

    @property
    def last(self) -> int:
        """The number of its last one."""
        return self.first + len(self.lines) - 1


def sheet(user: AnyUser, asset: Asset, *, approved: bool, page: int) -> Sheet:
    """The takes that the user may see, or the approved ones alone. A page that there is not is the nearest one."""
    every = Take.objects.filter(job__in=_references(asset).values("job"))
    if approved:
        every = every.filter(review=Take.Review.APPROVED)
    seen = every.visible_to(user)
    count = seen.count()
    pages = max(1, -(-count // SIZE))
    page = min(max(1, page), pages)
    rows = in_story_order(seen).select_related("project", "shot").defer("project__description")
    takes = list(rows[(page - 1) * SIZE : page * SIZE])
    return Sheet(_lines(asset, takes), count, every.count() - count, page, pages)


def _lines(asset: Asset, takes: Sequence[Take]) -> list[Line]:
    used: dict[int, list[JobReference]] = defaultdict(list)
    rows = _references(asset).filter(job__in=[take.job_id for take in takes]).select_related("version")
    for reference in rows.order_by("job", "position"):
        used[reference.job_id].append(reference)
    return [Line(take, _versions(used[take.job_id]), used[take.job_id]) for take in takes]


def _versions(parts: Sequence[JobReference]) -> list[int]:
    return sorted({part.version.number for part in parts})


def _references(asset: Asset) -> QuerySet[JobReference]:
    return JobReference.objects.filter(asset=asset).order_by()
