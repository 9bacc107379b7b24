"""Rename an asset. This is not part of `library`, because drafts are rewritten too."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from generation import lifecycle
from library import forms, ingest
from library.models import Asset
from library.views.access import REFUSED, STALE, Request, asset_to_edit


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, handle: str) -> HttpResponse:
    """Change an asset's handle; the old one stays valid. After a concurrent change nothing is overwritten."""
    asset = asset_to_edit(request, handle)
    if request.method != "POST":
        suggestion = ingest.free_suggestion(asset.title)
        form = forms.RenameForm(user=request.user, asset=asset, initial={"revision": asset.revision})
        return _page(request, asset, form, suggestion=suggestion)
    form = forms.RenameForm(request.POST, user=request.user, asset=asset)
    if not form.is_valid():
        return _page(request, asset, form, status=REFUSED)
    try:
        renamed, drafts = _rename(asset, form)
    except ingest.HandleTaken as error:
        taken = forms.taken_message(form.cleaned_data["handle"], error.asset, request.user)
        form.add_error("handle", taken)
        return _page(request, asset, form, status=REFUSED)
    except ingest.StaleEdit as stale:
        form.rebase_on(stale.current)
        return _page(request, stale.current, form, status=STALE, stale=True)
    _add_messages(request, renamed, drafts)
    return redirect(renamed)


@transaction.atomic
def _rename(asset: Asset, form: forms.RenameForm) -> tuple[Asset, int]:
    """Return the renamed asset and the number of rewritten drafts."""
    values = form.cleaned_data
    renamed, old = ingest.rename(asset, handle=values["handle"], revision=values["revision"])
    return renamed, lifecycle.rewrite_drafts(old, renamed.handle)


def _add_messages(request: Request, renamed: Asset, drafts: int) -> None:
    text = _("Renamed to %(handle)s. Existing jobs keep the old handle.")
    if drafts:
        text = ngettext(
            "Renamed to %(handle)s, also in %(count)s draft. Existing jobs keep the old handle.",
            "Renamed to %(handle)s, also in %(count)s drafts. Existing jobs keep the old handle.",
            drafts,
        )
    messages.success(request, text % {"handle": renamed, "count": drafts})
    if notice := forms.similar_handles_warning([renamed], request.user):
        messages.warning(request, notice)


def _page(
    request: Request,
    asset: Asset,
    form: forms.RenameForm,
    *,
    status: int = 200,
    stale: bool = False,
    suggestion: str = "",
) -> HttpResponse:
    context = {"asset": asset, "form": form, "stale": stale, "suggestion": suggestion}
    return render(request, "library/asset_rename.html", context, status=status)
