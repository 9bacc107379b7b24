"""Verdicts on the take page: what was decided, deciding, taking it back, and the history."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from generation.forms.verdicts import VerdictForm
from generation.models import Take, Verdict
from generation.reviews.verdicts import history as histories
from generation.reviews.verdicts import review_state, verdicts
from generation.views.shared import polling_fragments
from generation.views.shared.access import Request, came_from, take_to_decide, take_to_see
from generation.views.shared.pagination import number_in
from library.models import Project

# What else on a page tells of the take asks for itself then.
DECIDED = "take-decided"
SAID = {
    Verdict.Decision.APPROVED: "You approve {take}.",
    Verdict.Decision.CHANGES: "You request changes to {take}.",
    Verdict.Decision.REJECTED: "You reject {take}.",
}
SHOWN = 8


def context(request: Request, take: Take, *, can_decide: bool | None = None) -> dict[str, Any]:
    """What `_verdict.html` shows, beside the take itself. Three queries; one less where it is known whether the verdict
    of the one who looks counts, and one less where `take.project.production` is at hand. The history comes when it is
    opened."""
    counting = verdicts.standing(histories.latest_verdicts(take))
    production = getattr(take.project, "production", None)
    needed = production.approvals_needed if production else 1
    return {
        "take": take,
        "standing": counting,
        "my_verdict": next((one for one in counting if one.by_id == request.user.pk), None),
        "approvals": sum(one.decision == Verdict.Decision.APPROVED for one in counting),
        "approvals_needed": needed,
        "can_decide": _counts(request, take) if can_decide is None else can_decide,
        "verdict_mark": polling_fragments.mark([], take.review, needed, [one.pk for one in counting]),
    }


def _counts(request: Request, take: Take) -> bool:
    return Project.objects.decided_by(request.user).filter(pk=take.project_id).exists()


@require_http_methods(["GET", "POST"])
def verdict(request: Request, uuid: UUID) -> HttpResponse:
    """Give a verdict. Asked for by GET: what was decided, as the take page shows and refreshes it."""
    if request.method == "GET":
        return _state(request, take_to_see(request, uuid))
    take = take_to_decide(request, uuid)
    form = VerdictForm(request.POST)
    given = form.give(take, by=request.user) if form.is_valid() else None
    if given is None:
        return _panel(request, take, form=form)
    return _decided(request, take, SAID[Verdict.Decision(given.decision)].format(take=_named(take)))


@require_POST
def verdict_withdraw(request: Request, uuid: UUID) -> HttpResponse:
    """Take back one's own verdict."""
    take = take_to_decide(request, uuid)
    try:
        verdicts.withdraw(take, by=request.user)
    except verdicts.CannotDecide as refusal:
        return _decided(request, take, str(refusal))
    return _decided(request, take, f"Your verdict on {_named(take)} is taken back.")


@require_GET
def history(request: Request, uuid: UUID) -> HttpResponse:
    """All that happened in review, in pages: to this take, or with `?of=shot` to all takes of its shot. For htmx the
    newest of it, as the panel of a take shows when it is opened there."""
    take = take_to_see(request, uuid)
    of_shot = take.shot is not None and request.GET.get("of") == "shot"
    if request.htmx:
        response = render(
            request, "generation/takes/_history.html", {"events": _events(take, of_shot, SHOWN)}
        )
    else:
        response = render(request, "generation/takes/history.html", _history_page(request, take, of_shot))
    patch_vary_headers(response, ["HX-Request"])
    return response


def _history_page(request: Request, take: Take, of_shot: bool) -> dict[str, Any]:
    page = number_in(request, "page")
    most = page * histories.MOST + 1
    events = _events(take, of_shot, most)
    return {
        "take": take,
        "of_shot": of_shot,
        "events": events[(page - 1) * histories.MOST : page * histories.MOST],
        "older": page + 1 if len(events) == most else None,
        "shot_standing": review_state.of_shot(take.shot) if take.shot else "",
    }


def _events(take: Take, of_shot: bool, most: int) -> list[histories.Event]:
    if take.shot and of_shot:
        return histories.of_shot(take.shot, most=most)
    return histories.of_take(take, most=most)


def _state(request: Request, take: Take) -> HttpResponse:
    if not polling_fragments.is_refresh(request):
        return redirect(f"{take.get_absolute_url()}#verdict")
    shown = context(request, take)
    told = {"mark": shown["verdict_mark"], "is_refresh": True}
    response = polling_fragments.refresh(request, "generation/takes/_verdict_state.html", shown | told)
    return trigger_client_event(response, DECIDED) if response.content else response


def _decided(request: Request, take: Take, sentence: str) -> HttpResponse:
    """The panel for the page's script; for a plain form the page of a review session that it stood on, or else the
    take's."""
    if request.htmx:
        return _panel(request, take, told=sentence)
    messages.success(request, sentence)
    back = came_from(request, otherwise="")
    in_session = urlsplit(back).path.startswith(reverse("generation:playlists"))
    return redirect(f"{back if in_session else take.get_absolute_url()}#verdict")


def _panel(request: Request, take: Take, **more: Any) -> HttpResponse:
    """The panel alone, or as a page of its own when a plain form was refused. Scripts swap no answer of an error."""
    shown = context(request, take) | more
    if request.htmx:
        response = render(request, "generation/takes/_verdict.html", shown | {"is_swap": True})
        return trigger_client_event(response, DECIDED)
    return render(request, "generation/takes/verdict.html", shown, status=422)


def _named(take: Take) -> str:
    return f"take {take.number} of {take.shot.code}" if take.shot else f"take {take.number}"
