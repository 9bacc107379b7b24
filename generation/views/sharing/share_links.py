"""Share links for those who make things: the list of a project's links, a new one, taking one back, closing a vote."""

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

from generation.forms.sharing import MarkForm, ShareForm
from generation.models import ShareLink
from generation.models.link_films import MAX_TRIES
from generation.reviews.sharing import share_links as sharing
from generation.reviews.sharing import voting
from generation.views.shared.access import Request, link_to_edit, project_to_edit
from generation.views.shared.pagination import page_of, wanted
from library.models import Project

SIZE, MOST_PAUSED = 30, 200
KINDS = ("take", "shot", "playlist")


@never_cache
@require_http_methods(["GET", "POST"])
def share_links(request: Request, slug: str) -> HttpResponse:
    """The project's links and the form for a new one; `?take=`, `?shot=` or `?playlist=` says what of."""
    project = project_to_edit(request, slug)
    if request.method == "GET":
        return _page(request, project, ShareForm(project=project, wanted=_wanted(request)))
    form = ShareForm(request.POST, project=project)
    link = form.make(by=request.user) if form.is_valid() else None
    if link is None:
        return _page(request, project, form, status=422)
    if link.by_invitation:
        messages.success(request, _("The vote is open. Invite the voters now: each gets a personal URL."))
        return redirect("generation:ballots", link.uuid)
    messages.success(request, "The link is made. Copy its address from the list and send it to your guests.")
    if link.playlist and (kept := link.playlist.items.count() - sharing.takes_of(link).count()):
        messages.warning(request, _kept_back(kept))
    return redirect(_list_of(project, at=link))


@require_POST
def share_revoke(request: Request, uuid: UUID) -> HttpResponse:
    """The link opens nothing any more, from this moment on."""
    link = link_to_edit(request, uuid)
    sharing.revoke(link)
    said = "Whoever has its address is told to ask for a new one. A film that is open now may play on for some minutes."
    messages.success(request, f"“{link}” is taken back. {said}")
    return redirect(_list_of(link.project))


@require_POST
def share_take_over(request: Request, uuid: UUID) -> HttpResponse:
    """Let an owner take over a link that is paused because its creator may no longer share."""
    link = link_to_edit(request, uuid)
    if not Project.objects.owned_by(request.user).filter(pk=link.project_id).exists():
        raise PermissionDenied
    if sharing.take_over(link, by=request.user):
        said = _("“%(link)s” is open again in your name. Guests see what you may share.")
        messages.success(request, said % {"link": link})
    else:
        messages.info(request, _("“%(link)s” is not paused any more. Nothing was changed.") % {"link": link})
    return redirect(_list_of(link.project, at=link))


@require_POST
def share_close(request: Request, uuid: UUID) -> HttpResponse:
    """The vote is over; its result is told."""
    link = link_to_edit(request, uuid)
    if not link.is_blind:
        raise Http404
    voting.close(link)
    messages.success(
        request, f"The vote “{link}” is closed. Its result stands in the list, and guests see it too."
    )
    return redirect(_list_of(link.project, at=link))


@never_cache
@require_http_methods(["GET", "POST"])
def share_mark(request: Request, uuid: UUID) -> HttpResponse:
    """Change the watermark text of the link."""
    link = link_to_edit(request, uuid)
    if request.method == "GET":  # reloaded after a form error
        return redirect(_list_of(link.project, at=link))
    if not link.has_watermark:
        raise Http404
    form = MarkForm(request.POST)
    if not form.is_valid():
        refused = {"mark_errors": form.errors["watermark_text"], "mark_link": link.pk}
        refused["mark_typed"] = form.data.get("watermark_text", "")
        blank = ShareForm(project=link.project, wanted="")
        return _page(request, link.project, blank, status=422, **refused)
    sharing.change_mark(link, form.cleaned_data["watermark_text"])
    messages.success(request, _("Watermark changed. The videos are being prepared again."))
    return redirect(_list_of(link.project, at=link))


def _page(
    request: Request, project: Project, form: ShareForm, status: int = 200, **more: Any
) -> HttpResponse:
    links = ShareLink.objects.filter(project=project).select_related(
        "take__shot", "shot", "playlist", "created_by"
    )
    rows = links.with_paused().annotate(
        guest_count=Count("guests", distinct=True), failed_films=_failed_films()
    )
    page = page_of(rows, request.GET.get("before"), size=SIZE)
    paused = list(links.unended().paused()[:MOST_PAUSED])
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


def _kept_back(count: int) -> str:
    said = ngettext(
        "%(count)d take of the playlist is not shown to guests: you or the user who added it may not share it.",
        "%(count)d takes of the playlist are not shown to guests: you or the users who added them may not share"
        " them.",
        count,
    )
    return said % {"count": count}


def _failed_films() -> Count:
    failed = Q(films__made_at=None, films__ended_at=None, films__tries__gte=MAX_TRIES)
    return Count("films", distinct=True, filter=failed)


def _votes(links: Iterable[ShareLink]) -> dict[str, Any]:
    """How many have voted, and the results of what is closed; by the keys of the links."""
    blind = [link for link in links if link.is_blind]
    return {"votes": voting.turnouts(blind), "results": voting.results(blind)} if blind else {}


def _wanted(request: Request) -> str:
    """What the page from which the user comes is about."""
    return next((f"{kind}:{key}" for kind in KINDS if (key := wanted(request, kind))), "")


def _list_of(project: Project, at: ShareLink | None = None) -> str:
    address = reverse("generation:share_links", args=[project.slug])
    return f"{address}#link-{at.uuid}" if at else address
