"""Search criteria for takes in URLs and forms, for the grid and for new playlists."""

from typing import Any

from django.http import QueryDict

from generation.models import ReviewState
from generation.reviews.reports.take_search import Search, yesterday
from generation.views.shared.access import Request
from library.models import Project

FIELDS = ("project", "shot", "review", "q", "since")
YESTERDAY = "yesterday"
MAX_PROJECTS = 100


def search_of(data: QueryDict) -> Search:
    """Return the search of a query string or form, without NUL, which PostgreSQL rejects."""
    values = {name: data.get(name, "").replace("\0", "").strip() for name in FIELDS}
    since = yesterday() if values["since"] == YESTERDAY else None
    return Search(values["project"], values["shot"], values["review"], values["q"], since)


def search_fields(request: Request, search: Search) -> dict[str, Any]:
    """Return the context of `_take_search.html`, with the search as a query string and as form fields."""
    query = QueryDict(mutable=True)
    values = (
        search.project,
        search.shot,
        search.review,
        search.words,
        YESTERDAY if search.since else "",
    )
    query.update({name: value for name, value in zip(FIELDS, values, strict=True) if value})
    return {
        "search": search,
        "search_query": query.urlencode(),
        "search_fields": list(query.items()),
        "projects": Project.objects.visible_to(request.user)[:MAX_PROJECTS],
        "review_states": ReviewState.choices,
    }
