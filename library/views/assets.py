"""The page of an asset, its edit form, and its former handles."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from library import forms, handles, ingest
from library.models import Asset, Project
from library.views.access import REFUSED, STALE, Request, asset_to_edit, asset_to_see, may_edit


@require_safe
def asset_detail(request: Request, handle: str) -> HttpResponse:
    """Show an asset. A former handle redirects to the current one."""
    asset = asset_to_see(request, handle)
    if handles.fold(asset.handle) != handles.fold(handle):
        return redirect(asset)
    versions = asset.versions.select_related("created_by").prefetch_related("files__media")
    context = {
        "asset": asset,
        "aliases": list(asset.aliases.all()),
        "versions": list(versions),
        "may_edit": may_edit(request, asset),
        "home": _home_text(request, asset),
    }
    return render(request, "library/asset_detail.html", context)


def _home_text(request: Request, asset: Asset) -> str:
    """Return the name of the home project, which only its members may see, even for shared assets."""
    home = asset.home_project
    if home is None:
        return _("no project")
    is_visible = Project.objects.visible_to(request.user).filter(pk=home.pk).exists()
    return str(home) if is_visible else _("a project that you cannot see")


@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request: Request, handle: str) -> HttpResponse:
    """Edit the details of an asset. If it has been saved in the meantime, show both versions and change nothing."""
    asset = asset_to_edit(request, handle)
    context: dict[str, object] = {"asset": asset}
    if request.method != "POST":
        context["form"] = forms.EditForm(user=request.user, asset=asset, initial=forms.details_of(asset))
        return render(request, "library/asset_edit.html", context)
    form = context["form"] = forms.EditForm(request.POST, user=request.user, asset=asset)
    if not form.is_valid():
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    context["move"] = forms.move_notice(
        asset, form.cleaned_data["home_project"], form.cleaned_data["is_shared"]
    )
    if context["move"] and "move" not in request.POST:
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    try:
        ingest.edit_asset(asset, by=request.user, revision=form.cleaned_data["revision"], **form.details())
    except ingest.StaleEdit as stale:
        context["differences"] = form.differences(stale.current)
        form.rebase_on(stale.current)
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
        form.add_error("is_shared", forms.link_conflict_text(request.user, error.projects))
        context["move"] = ""
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    messages.success(request, _("%(asset)s saved.") % {"asset": asset})
    return redirect(asset)


@require_POST
def release_name(request: Request, handle: str, name: str) -> HttpResponse:
    """Release a former handle, so that other assets can use it."""
    asset = asset_to_edit(request, handle)
    if ingest.release_name(asset, name):
        messages.success(request, _("@%(name)s released. It is free for other assets.") % {"name": name})
    return redirect(asset)
