"""The inbox: takes to review, mentions, and activity."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from generation.models import Notification, Take
from generation.reviews.notifications import notification_text, notify
from generation.reviews.verdicts import review_state
from generation.views.shared.access import Request
from generation.views.shared.pagination import Page, page_of, query_text
from library.models.projects import AnyUser

PAGE_SIZE, PREVIEW_SIZE, PREVIEW_TAKES = 40, 8, 12
# The top bar shows `99+` from here on.
MOST_COUNTED = 100
WAITING = "waiting"
MENTIONS = Q(kind__in=notification_text.MENTION_KINDS)


@dataclass(frozen=True)
class SectionSpec:
    """The title of a section, the notifications in it, and the text of an empty one."""

    title: Promise
    filter: Q
    empty: Promise


SECTIONS = {
    "mentions": SectionSpec(
        gettext_lazy("Mentions"), MENTIONS, gettext_lazy("No one has mentioned you or replied to you yet.")
    ),
    "changes": SectionSpec(
        gettext_lazy("Activity"), ~MENTIONS, gettext_lazy("No activity on your takes and notes yet.")
    ),
}


@dataclass(frozen=True)
class Section:
    """A section of the inbox; `next` is the cursor of the next page, if there is one."""

    key: str
    title: Promise
    empty: Promise
    items: Sequence[notification_text.NotificationText]
    next: int | None
    is_whole: bool


@require_GET
def inbox(request: Request) -> HttpResponse:
    """Show a preview of all sections, or one section in pages."""
    show = query_text(request, "show")
    if show == WAITING:
        return _waiting_page(request)
    if show in SECTIONS:
        section = _section(request, show, is_whole=True)
        context = {"sections": [section], "show": show, "title": section.title, "next": section.next}
        return render(request, "generation/account/inbox.html", context)
    sections = [_section(request, key, is_whole=False) for key in SECTIONS]
    waiting = page_of(waiting_takes(request), None, size=PREVIEW_TAKES)
    context = {"sections": sections, "show": "", "title": _("Inbox"), "next": None, "waiting": waiting}
    return render(request, "generation/account/inbox.html", context)


@require_GET
def inbox_open(request: Request, pk: int) -> HttpResponse:
    """Mark a notification as read and redirect to its subject.

    Links in old e-mails, whose notification is gone, and foreign ones lead to the inbox.
    """
    found = notify.inbox(request.user).select_related("take", "note__take").filter(pk=pk).first()
    if found is None:
        messages.info(request, _("That notification is no longer available."))
        return redirect("generation:inbox")
    _mark(notify.inbox(request.user).filter(pk=pk), is_read=True)
    return redirect(notification_text.subject_url(found))


@require_POST
def inbox_read(request: Request) -> HttpResponse:
    """Mark one notification as read or unread, or all as read."""
    rows = notify.inbox(request.user)
    one = request.POST.get("one", "")
    if one:
        rows = rows.filter(pk=int(one[:18]) if one.isdecimal() and one.isascii() else 0)
        _mark(rows, is_read="unread" not in request.POST)
    else:
        messages.success(request, _marked_message(_mark(rows, is_read=True)))
    return redirect(f"{request.path.removesuffix('read/')}{_section_query(request)}")


def waiting_takes(request: Request) -> QuerySet[Take]:
    """Return the takes that need the user's review, as cards show them."""
    return review_state.needing_verdict_of(request.user).for_cards().select_related("job__created_by")


def unread_keys(user: AnyUser) -> QuerySet[Any, Any]:
    """Return the keys of unread notifications, at most `MOST_COUNTED`."""
    return notify.inbox(user).filter(read_at__isnull=True).order_by().values("pk")[:MOST_COUNTED]


def _waiting_page(request: Request) -> HttpResponse:
    page = page_of(waiting_takes(request), request.GET.get("before"), size=PAGE_SIZE)
    context = {"show": WAITING, "title": _("Needs your review"), "waiting": page, "next": page.next}
    return render(request, "generation/account/inbox.html", context)


def _section(request: Request, key: str, *, is_whole: bool) -> Section:
    spec = SECTIONS[key]
    rows = notify.inbox(request.user).filter(spec.filter)
    rows = rows.select_related("project", "take__shot", "note__take", "verdict", "by", "guest")
    before = request.GET.get("before") if is_whole else None
    page: Page = page_of(rows, before, size=PAGE_SIZE if is_whole else PREVIEW_SIZE)
    items = [notification_text.render_notification(one) for one in page.items]
    return Section(key, spec.title, spec.empty, items, page.next, is_whole)


def _mark(rows: QuerySet[Notification], *, is_read: bool) -> int:
    """Return the number of changed rows."""
    if is_read:
        return rows.filter(read_at__isnull=True).update(read_at=timezone.now())
    return rows.filter(read_at__isnull=False).update(read_at=None)


def _marked_message(count: int) -> str:
    if not count:
        return _("Everything was already read.")
    text = ngettext(
        "%(count)s notification marked as read.", "%(count)s notifications marked as read.", count
    )
    return text % {"count": count}


def _section_query(request: Request) -> str:
    """Return the query string of the section in which the button was clicked."""
    show = request.POST.get("show", "")
    return f"?show={show}" if show in (WAITING, *SECTIONS) else ""
