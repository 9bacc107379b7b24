"""The list of a take's notes: filtered by the query string, and refreshed by polling."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from generation.models import Take
from generation.reviews.notes import threads
from generation.reviews.notes.threads import ThreadFilter
from generation.views.notes.note_rows import thread_rows
from generation.views.notes.permissions import TakePermissions
from generation.views.shared.access import Request, uuid_in

FILTERS = {
    threads.OPEN: pgettext_lazy("filter of notes", "Open"),
    threads.MINE: pgettext_lazy("filter of notes", "Mine"),
    threads.ALL: _("All"),
}


def list_context(request: Request, take: Take) -> dict[str, Any]:
    """Return the context of `_note_list.html`; four queries, and one more if a note mentions a handle."""
    criteria = filter_of(request)
    counts = threads.count_threads(take)
    permissions = TakePermissions(take, request.user)
    found, has_more = threads.list_threads(take, criteria, user=request.user)
    return {
        "take": take,
        "permissions": permissions,
        "threads": thread_rows(found, take, permissions, linked=criteria.note),
        "note_counts": counts,
        "note_filters": [(key, label, _urls(take, ThreadFilter(key))) for key, label in FILTERS.items()],
        "current_filter": criteria.which,
        "filter_fields": _fields(criteria),
        "older_notes": _urls(take, _longer(criteria)) if has_more else None,
        "live_url": _urls(take, criteria)["list"],
        "is_long": counts.threads >= threads.PAGE_SIZE,
    }


def filter_of(request: Request) -> ThreadFilter:
    """Return the filter of the query string, or of the fields of a form, so that the list keeps it."""
    data = request.POST if request.method == "POST" else request.GET
    which = data.get("notes", "")
    return ThreadFilter(
        which=which if which in FILTERS else threads.ALL,
        limit=_limit(data.get("shown", "")),
        note=uuid_in(data.get("note", "")),
    )


def _longer(criteria: ThreadFilter) -> ThreadFilter:
    limit = min(criteria.limit + threads.PAGE_SIZE, threads.MAX_SHOWN)
    return ThreadFilter(criteria.which, limit, criteria.note)


def _fields(criteria: ThreadFilter) -> dict[str, str]:
    """Return the filter as names and values of a query."""
    fields = {"notes": criteria.which, "shown": str(criteria.limit)}
    return fields | ({"note": str(criteria.note)} if criteria.note else {})


def _urls(take: Take, criteria: ThreadFilter) -> dict[str, str]:
    """Return the URLs of the list on its page and as a fragment."""
    query = urlencode(_fields(criteria))
    fragment = reverse("generation:take_notes", args=[take.uuid])
    return {"page": f"{take.get_absolute_url()}?{query}#notes", "list": f"{fragment}?{query}"}


def _limit(text: str) -> int:
    digits = text if text.isascii() and text.isdigit() and len(text) < 6 else "0"
    return min(max(int(digits), threads.PAGE_SIZE), threads.MAX_SHOWN)
