"""The inbox: what waits for my verdict, what mentions me, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from generation.models import Notification, Take
from generation.reviews.notifications import notification_text, notify
from generation.reviews.verdicts import review_state
from generation.views.shared.access import Request
from generation.views.shared.pagination import Page, page_of, wanted
from library.models.projects import AnyUser

SIZE, FEW, TAKES = 40, 8, 12
# Beyond that the top bar says `99+`.
MOST_COUNTED = 100
WAITING = "waiting"
SPOKEN_TO = Q(kind__in=notification_text.SPOKEN_TO)
SECTIONS = {
    "mentions": ("Mentions me", SPOKEN_TO, "Nobody has named or answered you."),
    "changes": (
        "What changed",
        ~SPOKEN_TO,
        "Nothing was said of your takes and notes, and no new take came.",
    ),
}


@dataclass(frozen=True)
class Section:
    """One part of the inbox: its lines, and where the older ones are."""

    key: str
    title: str
    empty: str
    lines: Sequence[notification_text.Told]
    next: int | None
    is_whole: bool


@require_GET
def inbox(request: Request) -> HttpResponse:
    """All sections in short, or one of them in pages."""
    show = wanted(request, "show")
    if show == WAITING:
        return _waiting(request)
    keys = [show] if show in SECTIONS else list(SECTIONS)
    sections = [_section(request, key, is_whole=len(keys) == 1) for key in keys]
    context: dict[str, Any] = {
        "sections": sections,
        "show": show if show in SECTIONS else "",
        "title": sections[0].title if len(keys) == 1 else "Inbox",
        "next": sections[0].next if len(keys) == 1 else None,
    }
    if len(keys) > 1:
        context["waiting"] = page_of(waiting_takes(request), None, size=TAKES)
    return render(request, "generation/account/inbox.html", context)


@require_GET
def inbox_open(request: Request, pk: int) -> HttpResponse:
    """Go to what it tells of; it is read by that. What is gone, or was never theirs, leads to the inbox: e-mails stay
    when notes are deleted."""
    found = notify.inbox(request.user).select_related("take", "note__take").filter(pk=pk).first()
    if found is None:
        messages.info(request, "What that told of is not there any more.")
        return redirect("generation:inbox")
    _mark(notify.inbox(request.user).filter(pk=pk), is_read=True)
    return redirect(notification_text.where(found))


@require_POST
def inbox_read(request: Request) -> HttpResponse:
    """Mark one line as read or unread, or all of them as read."""
    rows = notify.inbox(request.user)
    one = request.POST.get("one", "")
    if one:
        rows = rows.filter(pk=int(one[:18]) if one.isdecimal() and one.isascii() else 0)
        _mark(rows, is_read="unread" not in request.POST)
    else:
        count = _mark(rows, is_read=True)
        messages.success(
            request, f"{count or 'Nothing'} marked as read." if count else "All was read already."
        )
    return redirect(f"{request.path.removesuffix('read/')}{_kept(request)}")


def waiting_takes(request: Request) -> QuerySet[Take]:
    """What waits for this person's verdict, as cards show it."""
    return review_state.waiting_for(request.user).for_cards().select_related("job__created_by")


def some_unread(user: AnyUser) -> QuerySet[Any, Any]:
    """The keys of what is unread, as many as are counted."""
    return notify.inbox(user).filter(read_at__isnull=True).order_by().values("pk")[:MOST_COUNTED]


def _waiting(request: Request) -> HttpResponse:
    """All that waits for this person, in pages."""
    page = page_of(waiting_takes(request), request.GET.get("before"), size=SIZE)
    context = {"show": WAITING, "title": "Waits for my verdict", "waiting": page, "next": page.next}
    return render(request, "generation/account/inbox.html", context)


def _section(request: Request, key: str, *, is_whole: bool) -> Section:
    title, kinds, empty = SECTIONS[key]
    rows = notify.inbox(request.user).filter(kinds)
    rows = rows.select_related("project", "take__shot", "note__take", "verdict", "by", "guest")
    page: Page = page_of(
        rows, request.GET.get("before") if is_whole else None, size=SIZE if is_whole else FEW
    )
    return Section(
        key, title, empty, [notification_text.told(one) for one in page.items], page.next, is_whole
    )


def _mark(rows: QuerySet[Notification], *, is_read: bool) -> int:
    """How many were changed."""
    if is_read:
        return rows.filter(read_at__isnull=True).update(read_at=timezone.now())
    return rows.filter(read_at__isnull=False).update(read_at=None)


def _kept(request: Request) -> str:
    """The section that the button stood in."""
    show = request.POST.get("show", "")
    return f"?show={show}" if show in (WAITING, *SECTIONS) else ""
