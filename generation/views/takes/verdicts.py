"""Verdicts on the page of a take: the panel, giving and withdrawing a verdict, and the history."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from generation.forms.verdicts import VerdictForm
from generation.models import ReviewState, Take
from generation.reviews.verdicts import history as histories
from generation.reviews.verdicts import review_state, verdicts
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, came_from, take_to_decide, take_to_see
from generation.views.shared.pagination import page_number
from library.models import Project

# Other parts of the page refresh on this client event.
DECIDED_EVENT = "take-decided"
PANEL_EVENTS = 8


def context(request: Request, take: Take, *, can_decide: bool | None = None) -> dict[str, Any]:
    """Return the context of `_verdict.html`, including the take.

    Three queries; one less if `can_decide` is known, and one less if `take.project.production` was fetched. The history
    is loaded when it is opened.
    """
    counting = verdicts.counting_verdicts(histories.latest_verdicts(take))
    production = getattr(take.project, "production", None)
    needed = production.approvals_needed if production else 1
    return {
        "take": take,
        "verdicts": counting,
        "my_verdict": next((one for one in counting if one.by_id == request.user.pk), None),
        "approvals": sum(one.decision == ReviewState.APPROVED for one in counting),
        "approvals_needed": needed,
        "can_decide": _may_decide(request, take) if can_decide is None else can_decide,
        "verdict_states": ReviewState.verdicts(),
        "verdict_mark": polling_fragments.mark([], take.review, needed, [one.pk for one in counting]),
    }


@require_http_methods(["GET", "POST"])
def verdict(request: Request, uuid: UUID) -> HttpResponse:
    """Give a verdict. GET returns the state of the verdicts for polling."""
    if request.method == "GET":
        return _state(request, take_to_see(request, uuid))
    take = take_to_decide(request, uuid)
    form = VerdictForm(request.POST)
    given = form.save(take, by=request.user) if form.is_valid() else None
    if given is None:
        return _panel(request, take, form=form)
    confirmation = str(ReviewState(given.decision).texts.confirmation)
    return _decided(request, take, confirmation % {"take": _name(take)})


@require_POST
def verdict_withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """Withdraw the user's verdict."""
    take = take_to_decide(request, uuid)
    try:
        verdicts.withdraw(take, by=request.user)
    except verdicts.CannotDecide as error:
        return _decided(request, take, str(error))
    return _decided(request, take, _("You withdrew your verdict on %(take)s.") % {"take": _name(take)})


@require_GET
def history(request: Request, uuid: UUID) -> HttpResponse:
    """Show the review history of a take, or with `?of=shot` of all takes of its shot, in pages.

    For htmx only the newest events, as a fragment of the verdict panel.
    """
    take = take_to_see(request, uuid)
    is_of_shot = take.shot is not None and request.GET.get("of") == "shot"
    if request.htmx:
        shown = {"events": _events(take, is_of_shot, PANEL_EVENTS)}
        response = render(request, "generation/takes/_history.html", shown)
    else:
        response = render(request, "generation/takes/history.html", _history_page(request, take, is_of_shot))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _may_decide(request: Request, take: Take) -> bool:
    return Project.objects.decided_by(request.user).filter(pk=take.project_id).exists()


def _history_page(request: Request, take: Take, is_of_shot: bool) -> dict[str, Any]:
    page = page_number(request, "page")
    limit = page * histories.PAGE_SIZE + 1
    events = _events(take, is_of_shot, limit)
    return {
        "take": take,
        "is_of_shot": is_of_shot,
        "events": events[(page - 1) * histories.PAGE_SIZE : page * histories.PAGE_SIZE],
        "older": page + 1 if len(events) == limit else None,
        "review": review_state.of_shot(take.shot) if take.shot and is_of_shot else take.review,
    }


def _events(take: Take, is_of_shot: bool, limit: int) -> list[histories.HistoryEvent]:
    if take.shot and is_of_shot:
        return histories.of_shot(take.shot, limit=limit)
    return histories.of_take(take, limit=limit)


def _state(request: Request, take: Take) -> HttpResponse:
    if not polling_fragments.is_refresh(request):
        return redirect(f"{take.get_absolute_url()}#verdict")
    shown = context(request, take)
    shown |= {"mark": shown["verdict_mark"], "is_refresh": True}
    response = polling_fragments.refresh(request, "generation/takes/_verdict_state.html", shown)
    return trigger_client_event(response, DECIDED_EVENT) if response.content else response


def _decided(request: Request, take: Take, message: str) -> HttpResponse:
    """Return the panel for htmx, or redirect to the review session or the page of the take."""
    if request.htmx:
        return _panel(request, take, message=message)
    messages.success(request, message)
    back = came_from(request, otherwise="")
    in_session = urlsplit(back).path.startswith(reverse("generation:playlists"))
    return redirect(f"{back if in_session else take.get_absolute_url()}#verdict")


def _panel(request: Request, take: Take, **more: Any) -> HttpResponse:
    """Return the panel for htmx, or as a page after a refused form. The status for htmx is 200, since htmx does not
    swap error responses."""
    shown = context(request, take) | more
    if request.htmx:
        response = render(request, "generation/takes/_verdict.html", shown | {"is_swap": True})
        return trigger_client_event(response, DECIDED_EVENT)
    return render(request, "generation/takes/verdict.html", shown, status=422)


def _name(take: Take) -> str:
    if take.shot is None:
        return str(take)
    return _("%(take)s of %(shot)s") % {"take": take, "shot": take.shot.code}
