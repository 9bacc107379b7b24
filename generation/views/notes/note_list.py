"""The list of a take's notes: narrowed by what its address asks for, and live."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from generation.models import Take
from generation.reviews.notes import threads
from generation.reviews.notes.threads import Wanted
from generation.views.notes.note_lines import lines_of
from generation.views.notes.note_rows import Crew, shown
from generation.views.shared.access import Request, uuid_in

FILTERS = {threads.OPEN: "Open", threads.MINE: "Mine", threads.ALL: "All"}


def listing(request: Request, take: Take) -> dict[str, Any]:
    """What `_note_list.html` shows; four queries, and one more when a note names a handle."""
    wanted = wanted_of(request)
    counts = threads.counts_of(take)
    crew = Crew(take, request.user)
    found, has_more = threads.threads_of(take, wanted, user=request.user)
    listed = shown(found, take, crew, linked=wanted.note)
    return {
        "take": take,
        "crew": crew,
        "threads": listed,
        "thread_lines": lines_of(listed),
        "note_counts": counts,
        "note_filters": [(key, label, _addresses(take, Wanted(key))) for key, label in FILTERS.items()],
        "which_notes": wanted.which,
        "notes_asked": _asked(wanted),
        "older_notes": _addresses(take, _further(wanted)) if has_more else None,
        "live_url": _addresses(take, wanted)["list"],
        "is_long": counts.threads >= threads.PIECE,
    }


def wanted_of(request: Request) -> Wanted:
    """What the address asks for, or what is sent along with an act: the list stays as it was narrowed."""
    asked = request.POST if request.method == "POST" else request.GET
    which = asked.get("notes", "")
    return Wanted(
        which=which if which in FILTERS else threads.ALL,
        shown=_number(asked.get("shown", "")),
        note=uuid_in(asked.get("note", "")),
    )


def _further(wanted: Wanted) -> Wanted:
    return Wanted(wanted.which, min(wanted.shown + threads.PIECE, threads.MOST), wanted.note)


def _asked(wanted: Wanted) -> dict[str, str]:
    """The names by which it is asked for again."""
    asked = {"notes": wanted.which, "shown": str(wanted.shown)}
    return asked | ({"note": str(wanted.note)} if wanted.note else {})


def _addresses(take: Take, wanted: Wanted) -> dict[str, str]:
    """Where the list stands on its page, and where it is had as a fragment."""
    query = urlencode(_asked(wanted))
    fragment = reverse("generation:take_notes", args=[take.uuid])
    return {"page": f"{take.get_absolute_url()}?{query}#notes", "list": f"{fragment}?{query}"}


def _number(text: str) -> int:
    digits = text if text.isascii() and text.isdigit() and len(text) < 6 else "0"
    return min(max(int(digits), threads.PIECE), threads.MOST)
