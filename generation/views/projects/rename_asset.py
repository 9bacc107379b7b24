"""Another handle for an asset. The page stands here, and not in the library, since drafts follow the name."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from generation import lifecycle
from library import forms, ingest
from library.models import Asset
from library.views.access import REFUSED, STALE, Request, asset_to_edit


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: Request, handle: str) -> HttpResponse:
    """A new handle; the old one keeps resolving. When the asset was saved meanwhile, nothing is overwritten."""
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
    _tell(request, asset, renamed, drafts)
    return redirect(renamed)


@transaction.atomic
def _rename(asset: Asset, form: forms.RenameForm) -> tuple[Asset, int]:
    """The asset with its new handle, and how many drafts were rewritten with it."""
    values = form.cleaned_data
    renamed, old = ingest.rename(asset, handle=values["handle"], revision=values["revision"])
    return renamed, lifecycle.rewrite_drafts(old, renamed.handle)


def _tell(request: Request, asset: Asset, renamed: Asset, drafts: int) -> None:
    rewritten = f" {drafts} draft{'s say' if drafts > 1 else ' says'} so now." if drafts else ""
    messages.success(request, f"{asset} is called {renamed} now.{rewritten} Jobs keep what was typed.")
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
