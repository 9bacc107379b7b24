"""What takes are looked for by, as addresses and forms have it: the same for the grid and for playlists."""

from typing import Any

from django.http import QueryDict

from generation.models import Take
from generation.reviews.reports.take_search import Search, yesterday
from generation.views.shared.access import Request
from library.models import Project

NAMES = ("project", "shot", "review", "q", "since")
YESTERDAY = "yesterday"
MOST_PROJECTS = 100


def search_of(data: QueryDict) -> Search:
    """The search that these fields tell; no database looks for a NUL character."""
    told = {name: data.get(name, "").replace("\0", "").strip() for name in NAMES}
    since = yesterday() if told["since"] == YESTERDAY else None
    return Search(told["project"], told["shot"], told["review"], told["q"], since)


def search_fields(request: Request, asked: Search) -> dict[str, Any]:
    """What `_take_search.html` shows, and `asked_query`: the search as the query of an address."""
    query = QueryDict(mutable=True)
    said = (asked.project, asked.shot, asked.review, asked.words, YESTERDAY if asked.since else "")
    query.update({name: value for name, value in zip(NAMES, said, strict=True) if value})
    return {
        "asked": asked,
        "asked_query": query.urlencode(),
        "asked_fields": list(query.items()),
        "projects": Project.objects.visible_to(request.user)[:MOST_PROJECTS],
        "reviews": Take.Review.choices,
    }
