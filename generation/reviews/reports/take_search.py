"""Search takes by project, shot, state, words of the prompt and age, for the grid and for playlists."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from generation.models import Take
from generation.models.takes import TakeQuerySet
from library.models.projects import AnyUser

# SQLite rejects very long patterns.
MAX_WORDS, MAX_WORD_LENGTH = 12, 200


@dataclass(frozen=True)
class Search:
    """A project's slug, a shot's code, a review state, words that must all be in the prompt, and the earliest time.

    Empty fields do not filter; an unknown state matches nothing.
    """

    project: str = ""
    shot: str = ""
    review: str = ""
    words: str = ""
    since: datetime | None = None

    def __bool__(self) -> bool:
        """Return whether any filter is set."""
        return any((self.project, self.shot, self.review, self.words, self.since))


def search(user: AnyUser, wanted: Search) -> TakeQuerySet:
    """Return the matching takes that the user may see."""
    rows = Take.objects.visible_to(user)
    if wanted.project:
        rows = rows.filter(project__slug=wanted.project)
    if wanted.shot:
        rows = rows.filter(shot__code=wanted.shot)
    if wanted.review:
        rows = rows.filter(review=wanted.review)
    if wanted.since:
        rows = rows.filter(created_at__gte=wanted.since)
    for word in wanted.words.split()[:MAX_WORDS]:
        rows = rows.filter(job__prompt__icontains=word[:MAX_WORD_LENGTH])
    return rows


def in_shot_order(rows: TakeQuerySet) -> TakeQuerySet:
    """Sort by project, shot and number; takes without a shot come last in their project."""
    code = F("shot__code").asc(nulls_last=True)
    return rows.order_by("project__name", "project_id", code, "number", "pk")


def yesterday() -> datetime:
    """Return the start of yesterday, the limit for "new" takes."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start - timedelta(days=1)
