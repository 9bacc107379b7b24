"""One asset: its page, its text, its versions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from library import forms, ingest
from library.views.access import REFUSED, STALE, Request, asset_to_edit, asset_to_see, may_edit


@require_safe
def asset_detail(request: Request, handle: str) -> HttpResponse:
    """One asset: its files, facts and versions."""
    asset = asset_to_see(request, handle)
    versions = asset.versions.select_related("created_by").prefetch_related("files__media")
    context = {"asset": asset, "versions": list(versions), "may_edit": may_edit(request, asset)}
    return render(request, "library/asset_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request: Request, handle: str) -> HttpResponse:
    """The text of an asset. When it was saved meanwhile, both texts are shown and nothing is overwritten."""
    asset = asset_to_edit(request, handle)
    context: dict[str, object] = {"asset": asset}
    if request.method != "POST":
        context["form"] = forms.EditForm(user=request.user, asset=asset, initial=forms.about(asset))
        return render(request, "library/asset_edit.html", context)
    form = context["form"] = forms.EditForm(request.POST, user=request.user, asset=asset)
    if not form.is_valid():
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    try:
        ingest.edit_asset(asset, revision=form.cleaned_data["revision"], **form.about())
    except ingest.StaleEdit as stale:
        context["differences"] = form.differences(stale.current)
        form.take_over(stale.current)
        return render(request, "library/asset_edit.html", context, status=STALE)
    messages.success(request, f"{asset} is saved.")
    return redirect(asset)


@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: Request, handle: str) -> HttpResponse:
    """The next version of an asset's files."""
    asset = asset_to_edit(request, handle)
    if request.method != "POST":
        kept = [
            forms.keep(request.user, media, f"File {number}")
            for number, media in enumerate(forms.files_of(asset.current_version), start=1)
        ]
        form = forms.VersionForm(user=request.user, asset=asset, kept=kept)
        return render(request, "library/add_version.html", {"asset": asset, "form": form})
    form = forms.VersionForm(request.POST, request.FILES, user=request.user, asset=asset)
    if not form.is_valid():
        return render(request, "library/add_version.html", {"asset": asset, "form": form}, status=REFUSED)
    version = ingest.add_version(
        asset, by=request.user, media=form.media_files, note=form.cleaned_data["note"]
    )
    messages.success(
        request, f"{asset} has a version {version.number}. Jobs keep the version that they used."
    )
    return redirect(asset)
