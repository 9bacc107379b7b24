"""Looking for takes: by project, shot, state, words of the prompt and age; the same for the grid and for playlists."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from generation.models import Take
from generation.models.takes import TakeQuerySet
from library.models.projects import AnyUser

# Longer ones are cut: SQLite refuses patterns without end.
MOST_WORDS, LONGEST_WORD = 12, 200


@dataclass(frozen=True)
class Search:
    """What is wanted: a project's slug, a shot's code, a state of `Take.Review`, words that all stand in the prompt,
    and the moment since which takes are new. What is empty is no limit; a state that there is not finds nothing."""

    project: str = ""
    shot: str = ""
    review: str = ""
    words: str = ""
    since: datetime | None = None

    def __bool__(self) -> bool:
        """Whether it leaves anything out."""
        return any((self.project, self.shot, self.review, self.words, self.since))


def search(user: AnyUser, wanted: Search) -> TakeQuerySet:
    """The takes that the user may see and that match."""
    rows = Take.objects.visible_to(user)
    if wanted.project:
        rows = rows.filter(project__slug=wanted.project)
    if wanted.shot:
        rows = rows.filter(shot__code=wanted.shot)
    if wanted.review:
        rows = rows.filter(review=wanted.review)
    if wanted.since:
        rows = rows.filter(created_at__gte=wanted.since)
    for word in wanted.words.split()[:MOST_WORDS]:
        rows = rows.filter(job__prompt__icontains=word[:LONGEST_WORD])
    return rows


def in_story_order(rows: TakeQuerySet) -> TakeQuerySet:
    """Project by project, shot by shot, take by take; a project's loose takes stand after its shots."""
    code = F("shot__code").asc(nulls_last=True)
    return rows.order_by("project__name", "project_id", code, "number", "pk")


def yesterday() -> datetime:
    """The moment at which yesterday began: what came since then is new."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return start - timedelta(days=1)
