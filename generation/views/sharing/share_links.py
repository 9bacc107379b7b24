"""Share links for members: list, create, revoke, take over and watermark them, and close votes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from generation.forms.sharing import ShareForm, WatermarkForm
from generation.models import ShareLink
from generation.models.link_films import MAX_TRIES
from generation.reviews.sharing import share_links as sharing
from generation.reviews.sharing import shared_takes, voting
from generation.views.shared.access import Request, link_to_edit, project_to_edit
from generation.views.shared.pagination import page_of, query_text
from library.models import Project

PAGE_SIZE, MAX_PAUSED = 30, 200
TARGET_KINDS = ("take", "shot", "playlist")


@never_cache
@require_http_methods(["GET", "POST"])
def share_links(request: Request, slug: str) -> HttpResponse:
    """List the project's links and create one. `?take=`, `?shot=` or `?playlist=` preselects the target."""
    project = project_to_edit(request, slug)
    if request.method == "GET":
        return _page(request, project, ShareForm(project=project, wanted=_wanted(request)))
    form = ShareForm(request.POST, project=project)
    link = form.create(by=request.user) if form.is_valid() else None
    if link is None:
        return _page(request, project, form, status=422)
    if link.by_invitation:
        messages.success(request, _("The vote is open. Invite the voters now: each gets a personal URL."))
        return redirect("generation:ballots", link.uuid)
    messages.success(request, _("Link created. Copy its URL from the list and send it to your guests."))
    if link.playlist and (hidden := link.playlist.items.count() - shared_takes.takes_of(link).count()):
        messages.warning(request, _hidden_takes(hidden))
    return redirect(_list_url(project, at=link))


@require_POST
def share_revoke(request: Request, uuid: UUID) -> HttpResponse:
    """Revoke a link."""
    link = link_to_edit(request, uuid)
    sharing.revoke(link)
    text = _("“%(link)s” revoked. A video that is open now may keep playing for a few minutes.")
    messages.success(request, text % {"link": link})
    return redirect(_list_url(link.project))


@require_POST
def share_take_over(request: Request, uuid: UUID) -> HttpResponse:
    """Let an owner take over a link that is paused because its creator may no longer share."""
    link = link_to_edit(request, uuid)
    if not Project.objects.owned_by(request.user).filter(pk=link.project_id).exists():
        raise PermissionDenied
    if sharing.take_over(link, by=request.user):
        text = _("“%(link)s” is open again in your name. Guests see what you may share.")
        messages.success(request, text % {"link": link})
    else:
        messages.info(request, _("“%(link)s” is no longer paused. Nothing was changed.") % {"link": link})
    return redirect(_list_url(link.project, at=link))


@require_POST
def share_close(request: Request, uuid: UUID) -> HttpResponse:
    """Close a vote and publish its result."""
    link = link_to_edit(request, uuid)
    if not link.is_blind:
        raise Http404
    voting.close(link)
    text = _("Vote “%(link)s” closed. You and the guests can now see the result.")
    messages.success(request, text % {"link": link})
    return redirect(_list_url(link.project, at=link))


@never_cache
@require_http_methods(["GET", "POST"])
def share_mark(request: Request, uuid: UUID) -> HttpResponse:
    """Change the watermark text of the link."""
    link = link_to_edit(request, uuid)
    if request.method == "GET":  # reloaded after a form error
        return redirect(_list_url(link.project, at=link))
    if not link.has_watermark:
        raise Http404
    form = WatermarkForm(request.POST)
    if not form.is_valid():
        context = {"mark_errors": form.errors["watermark_text"], "mark_link": link.pk}
        context["mark_typed"] = form.data.get("watermark_text", "")
        blank = ShareForm(project=link.project, wanted="")
        return _page(request, link.project, blank, status=422, **context)
    sharing.change_mark(link, form.cleaned_data["watermark_text"])
    messages.success(request, _("Watermark changed. The videos are being prepared again."))
    return redirect(_list_url(link.project, at=link))


def _page(
    request: Request, project: Project, form: ShareForm, status: int = 200, **more: Any
) -> HttpResponse:
    links = ShareLink.objects.filter(project=project).select_related(
        "take__shot", "shot", "playlist", "created_by"
    )
    rows = links.with_paused().annotate(
        guest_count=Count("guests", distinct=True), failed_videos=_failed_videos()
    )
    page = page_of(rows, request.GET.get("before"), size=PAGE_SIZE)
    paused = list(links.unended().paused()[:MAX_PAUSED])
    context = {
        "project": project,
        "form": form,
        "links": page.items,
        "paused": paused,
        "may_take_over": bool(paused)
        and Project.objects.owned_by(request.user).filter(pk=project.pk).exists(),
        "next": page.next,
        "public_url": settings.PUBLIC_URL,
        "alive": {link.pk for link in page.items if sharing.is_alive(link)},
        **_votes(page.items),
        **more,
    }
    return render(request, "generation/sharing/share_links.html", context, status=status)


def _hidden_takes(count: int) -> str:
    text = ngettext(
        "%(count)d take of the playlist is not shown to guests: you or the user who added it may not share it.",
        "%(count)d takes of the playlist are not shown to guests: you or the users who added them may not share"
        " them.",
        count,
    )
    return text % {"count": count}


def _failed_videos() -> Count:
    failed = Q(films__made_at=None, films__ended_at=None, films__tries__gte=MAX_TRIES)
    return Count("films", distinct=True, filter=failed)


def _votes(links: Iterable[ShareLink]) -> dict[str, Any]:
    """Return turnouts, and results of closed votes, by the keys of the links."""
    blind = [link for link in links if link.is_blind]
    return {"votes": voting.turnouts(blind), "results": voting.results(blind)} if blind else {}


def _wanted(request: Request) -> str:
    """Return the preselected target, from the page that linked here."""
    return next((f"{kind}:{key}" for kind in TARGET_KINDS if (key := query_text(request, kind))), "")


def _list_url(project: Project, at: ShareLink | None = None) -> str:
    url = reverse("generation:share_links", args=[project.slug])
    return f"{url}#link-{at.uuid}" if at else url
