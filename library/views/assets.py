"""One asset: its page, its text, its earlier names."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library import forms, handles, ingest
from library.models import Asset, Project
from library.views.access import REFUSED, STALE, Request, asset_to_edit, asset_to_see, may_edit


@require_safe
def asset_detail(request: Request, handle: str) -> HttpResponse:
    """One asset: its files, facts and versions. An earlier name leads to the page of the present one."""
    asset = asset_to_see(request, handle)
    if handles.fold(asset.handle) != handles.fold(handle):
        return redirect(asset)
    versions = asset.versions.select_related("created_by").prefetch_related("files__media")
    context = {
        "asset": asset,
        "aliases": list(asset.aliases.all()),
        "versions": list(versions),
        "may_edit": may_edit(request, asset),
        "home": _home_told(request, asset),
    }
    return render(request, "library/asset_detail.html", context)


def _home_told(request: Request, asset: Asset) -> str:
    """The name of a project is for its people alone, also where everyone may use what belongs to it."""
    home = asset.home_project
    if home is None:
        return "no project"
    seen = Project.objects.visible_to(request.user).filter(pk=home.pk).exists()
    return str(home) if seen else "a project that you may not see"


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
    context["move"] = forms.move_told(
        asset, form.cleaned_data["home_project"], form.cleaned_data["is_shared"]
    )
    if context["move"] and "move" not in request.POST:
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    try:
        ingest.edit_asset(asset, by=request.user, revision=form.cleaned_data["revision"], **form.about())
    except ingest.StaleEdit as stale:
        context["differences"] = form.differences(stale.current)
        form.take_over(stale.current)
        return render(request, "library/asset_edit.html", context, status=STALE)
    except ingest.OwnerNeeded as refusal:
        form.add_error(refusal.field, str(refusal))
        context["move"] = ""
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    except ingest.OverQuota as refusal:
        form.add_error("home_project", str(refusal))
        context["move"] = ""
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    except ingest.LinkedElsewhere as error:
        form.add_error("is_shared", forms.links_told(request.user, error.projects))
        context["move"] = ""
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    messages.success(request, f"{asset} is saved.")
    return redirect(asset)


@require_POST
def release_name(request: Request, handle: str, name: str) -> HttpResponse:
    """Let go of an earlier name: it stops meaning this asset and is free for everybody."""
    asset = asset_to_edit(request, handle)
    if ingest.release_name(asset, name):
        messages.success(request, f"@{name} no longer means {asset}. Anybody may take it now.")
    return redirect(asset)
