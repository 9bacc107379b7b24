"""The continuity sheet: every take with one asset in all projects, sorted by project and shot.

It is a single page that prints as one sheet, up to the number of takes that browsers handle well.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from generation.models import JobReference, Take
from generation.reviews.reports.take_search import in_shot_order
from library.models import Asset
from library.models.projects import AnyUser

PAGE_SIZE = 600


@dataclass(frozen=True)
class Line:
    """A take with the versions of the asset used in it, and the references to the asset."""

    take: Take
    versions: Sequence[int]
    parts: Sequence[JobReference]


@dataclass(frozen=True)
class Sheet:
    """A page, starting at 1. `hidden` is the number of takes in projects that the user cannot see."""

    lines: Sequence[Line]
    count: int
    hidden: int
    page: int
    pages: int

    @property
    def first(self) -> int:
        """Return the position of the page's first take, starting at 1."""
        return (self.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """Return the position of the page's last take."""
        return self.first + len(self.lines) - 1


def sheet(user: AnyUser, asset: Asset, *, approved: bool, page: int) -> Sheet:
    """Return a page of the takes that the user may see, optionally only approved ones. Clamp the page."""
    every = Take.objects.filter(job__in=_references(asset).values("job"))
    if approved:
        every = every.filter(review=Take.Review.APPROVED)
    seen = every.visible_to(user)
    count = seen.count()
    pages = max(1, -(-count // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = in_shot_order(seen).select_related("project", "shot").defer("project__description")
    takes = list(rows[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
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
