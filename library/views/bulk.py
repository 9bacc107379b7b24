"""Many assets at once: one confirmation that names the count, then the change."""

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from library.forms.bulk import DETAILS, MOST, Action, ChosenForm
from library.ingest import bulk
from library.models import Asset
from library.models.assets import AssetQuerySet
from library.views.access import REFUSED, Request

FOR_WHO_MAY_CHANGE = {Action.TAG, Action.ARCHIVE, Action.RESTORE}
SHOWN = 24
DONE = {
    Action.TAG: "tagged",
    Action.LINK: "linked",
    Action.COLLECT: "added to the collection",
    Action.UNCOLLECT: "taken out of the collection",
    Action.ARCHIVE: "archived",
    Action.RESTORE: "restored",
}


@require_POST
def change_many(request: Request) -> HttpResponse:
    """What was chosen in the list and the button that was pressed: first the question, then the deed."""
    chosen = ChosenForm(request.POST)
    if not chosen.is_valid():
        messages.error(request, "Nothing was changed: choose some assets first, then what to do with them.")
        return redirect(_back(request))
    keys = set(chosen.cleaned_data["asset"])
    if len(keys) > MOST:
        messages.error(request, f"Nothing was changed: at most {MOST} assets can be changed at once.")
        return redirect(_back(request))
    action = Action(chosen.cleaned_data["action"])
    assets = list(_allowed(request, action).filter(pk__in=keys).order_by("pk"))
    if not assets:
        messages.error(request, f"Nothing was changed: you may not change {_told(len(keys))}.")
        return redirect(_back(request))
    return _asked_or_done(request, action, assets, left_out=len(keys) - len(assets))


def _asked_or_done(
    request: Request, action: Action, assets: Sequence[Asset], *, left_out: int
) -> HttpResponse:
    confirmed = "confirmed" in request.POST
    form = DETAILS[action](
        request.POST if confirmed else None, user=request.user, initial=request.POST.dict()
    )
    if confirmed and form.is_valid():
        assets, more = _that_fit(action, assets, form)
        changed = _done(action, assets, form)
        messages.success(request, _sentence(action, changed, len(assets) - changed, left_out + more))
        return redirect(_back(request))
    context: dict[str, Any] = {
        "action": action,
        "assets": assets,
        "shown": assets[:SHOWN],
        "hidden": max(0, len(assets) - SHOWN),
        "left_out": left_out,
        "form": form,
        "next": _back(request),
    }
    return render(request, "library/bulk.html", context, status=REFUSED if confirmed else 200)


def _allowed(request: Request, action: Action) -> AssetQuerySet:
    seen = Asset.objects.visible_to(request.user)
    return seen.editable_by(request.user) if action in FOR_WHO_MAY_CHANGE else seen


def _that_fit(action: Action, assets: Sequence[Asset], form: django_forms.Form) -> tuple[list[Asset], int]:
    """Only shared assets and the project's own can be linked to it; and how many were left out for that."""
    if action != Action.LINK:
        return list(assets), 0
    project = form.cleaned_data["project"]
    fitting = [
        one
        for one in assets
        if one.archived_at is None and (one.is_shared or one.home_project_id == project.pk)
    ]
    return fitting, len(assets) - len(fitting)


def _done(action: Action, assets: Sequence[Asset], form: django_forms.Form) -> int:
    values = form.cleaned_data
    match action:
        case Action.TAG:
            return bulk.tag_many(assets, values["tags"])
        case Action.LINK:
            return bulk.link_many(assets, values["project"])
        case Action.COLLECT:
            return bulk.collect(assets, values["collection"])
        case Action.UNCOLLECT:
            return bulk.uncollect(assets, values["collection"])
        case Action.ARCHIVE:
            return bulk.archive_many(assets)
        case Action.RESTORE:
            return bulk.restore_many(assets)


def _sentence(action: Action, changed: int, already: int, left_out: int) -> str:
    parts = [f"{_told(changed)} {'is' if changed == 1 else 'are'} {DONE[action]}"]
    if already:
        parts.append(f"{already} {'was' if already == 1 else 'were'} so before")
    if left_out:
        parts.append(f"{left_out} {'was' if left_out == 1 else 'were'} left out")
    return "; ".join(parts) + "."


def _told(count: int) -> str:
    return f"{count} asset{'s' * (count != 1)}"


def _back(request: Request) -> str:
    wished = request.POST.get("next", "")
    # `redirect` interprets anything without a leading slash as a view name.
    safe = wished.startswith("/") and url_has_allowed_host_and_scheme(
        wished, {request.get_host()}, request.is_secure()
    )
    return wished if safe else reverse("library:list")
