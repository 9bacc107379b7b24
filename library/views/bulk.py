"""Change many assets at once: a confirmation page that states the number, then the change."""

from collections.abc import Sequence
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from library.forms.bulk import DETAILS, MAX_ASSETS, Action, SelectionForm
from library.ingest import bulk
from library.models import Asset
from library.models.assets import AssetQuerySet
from library.views.access import REFUSED, Request

NEEDS_EDIT_PERMISSION = {Action.TAG, Action.ARCHIVE, Action.RESTORE}
MAX_LISTED = 24


@require_POST
def change_many(request: Request) -> HttpResponse:
    """Perform an action on the selected assets after confirmation."""
    selection = SelectionForm(request.POST)
    if not selection.is_valid():
        messages.error(request, _("Nothing was changed. Select assets first, then choose an action."))
        return redirect(_return_url(request))
    keys = set(selection.cleaned_data["asset"])
    if len(keys) > MAX_ASSETS:
        too_many = _("Nothing was changed. You can change up to %(max)d assets at once.")
        messages.error(request, too_many % {"max": MAX_ASSETS})
        return redirect(_return_url(request))
    action = Action(selection.cleaned_data["action"])
    assets = list(_allowed(request, action).filter(pk__in=keys).order_by("pk"))
    if not assets:
        messages.error(request, _("Nothing was changed. You cannot edit any of the selected assets."))
        return redirect(_return_url(request))
    return _confirm_or_change(request, action, assets, excluded=len(keys) - len(assets))


def _confirm_or_change(
    request: Request, action: Action, assets: Sequence[Asset], *, excluded: int
) -> HttpResponse:
    confirmed = "confirmed" in request.POST
    form = DETAILS[action](
        request.POST if confirmed else None, user=request.user, initial=request.POST.dict()
    )
    if confirmed and form.is_valid():
        assets, not_linkable = _applicable(action, assets, form)
        changed = _change(action, assets, form)
        _report(request, action, changed, len(assets) - changed, excluded + not_linkable)
        return redirect(_return_url(request))
    context: dict[str, Any] = {
        "action": action,
        "assets": assets,
        "shown": assets[:MAX_LISTED],
        "hidden": max(0, len(assets) - MAX_LISTED),
        "excluded": excluded,
        "form": form,
        "next": _return_url(request),
    }
    return render(request, "library/bulk.html", context, status=REFUSED if confirmed else 200)


def _allowed(request: Request, action: Action) -> AssetQuerySet:
    visible = Asset.objects.visible_to(request.user)
    return visible.editable_by(request.user) if action in NEEDS_EDIT_PERMISSION else visible


def _applicable(action: Action, assets: Sequence[Asset], form: django_forms.Form) -> tuple[list[Asset], int]:
    """Return the assets to which the action applies, and the number of others. Only active assets that are shared or
    belong to the project can be linked to it."""
    if action != Action.LINK:
        return list(assets), 0
    project = form.cleaned_data["project"]
    applicable = [
        asset
        for asset in assets
        if asset.archived_at is None and (asset.is_shared or asset.home_project_id == project.pk)
    ]
    return applicable, len(assets) - len(applicable)


def _change(action: Action, assets: Sequence[Asset], form: django_forms.Form) -> int:
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


def _report(request: Request, action: Action, changed: int, unchanged: int, excluded: int) -> None:
    sentences = [_changed_text(action, changed)]
    if unchanged:
        text = ngettext("%(count)d needed no change.", "%(count)d needed no change.", unchanged)
        sentences.append(text % {"count": unchanged})
    if excluded:
        text = ngettext("%(count)d was skipped.", "%(count)d were skipped.", excluded)
        sentences.append(text % {"count": excluded})
    messages.success(request, " ".join(sentences))


def _changed_text(action: Action, count: int) -> str:
    match action:
        case Action.TAG:
            text = ngettext("%(count)d asset tagged.", "%(count)d assets tagged.", count)
        case Action.LINK:
            text = ngettext("%(count)d asset linked.", "%(count)d assets linked.", count)
        case Action.COLLECT:
            text = ngettext(
                "%(count)d asset added to the collection.", "%(count)d assets added to the collection.", count
            )
        case Action.UNCOLLECT:
            text = ngettext(
                "%(count)d asset removed from the collection.",
                "%(count)d assets removed from the collection.",
                count,
            )
        case Action.ARCHIVE:
            text = ngettext("%(count)d asset archived.", "%(count)d assets archived.", count)
        case Action.RESTORE:
            text = ngettext("%(count)d asset restored.", "%(count)d assets restored.", count)
    return text % {"count": count}


def _return_url(request: Request) -> str:
    url = request.POST.get("next", "")
    # `redirect` interprets anything without a leading slash as a view name.
    is_safe = url.startswith("/") and url_has_allowed_host_and_scheme(
        url, {request.get_host()}, request.is_secure()
    )
    return url if is_safe else reverse("library:list")
