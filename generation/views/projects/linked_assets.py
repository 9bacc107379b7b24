"""Link assets of the library to a project, and pin their versions; for editors."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from generation.views.shared.access import Request, came_from, project_to_edit
from library import ingest
from library.models import Asset, AssetVersion, Project

MAX_DIGITS = 9


@require_POST
def link_asset(request: Request, slug: str) -> HttpResponse:
    """Link an asset by its handle, with or without the @."""
    project = project_to_edit(request, slug)
    handle = request.POST.get("handle", "").replace("\0", "").strip()
    asset = Asset.objects.visible_to(request.user).active().named(handle).first()
    if asset is None:
        messages.error(
            request, _("@%(handle)s is not in the library.") % {"handle": handle.removeprefix("@")}
        )
        return redirect(project)
    try:
        ingest.link_asset(asset, project)
    except ingest.RestrictedToHome as refusal:
        messages.error(
            request, _("%(problem)s Share it with everyone first, on its page.") % {"problem": refusal}
        )
    else:
        messages.success(request, _("%(asset)s is now linked to this project.") % {"asset": asset})
    return redirect(project)


@require_POST
def pin_asset(request: Request, slug: str, pk: int) -> HttpResponse:
    """Pin the project to one version (`version=2`), or follow the latest (`follow`)."""
    project = project_to_edit(request, slug)
    link = get_object_or_404(project.links.select_related("asset"), asset_id=pk)
    if "follow" in request.POST:
        ingest.pin(link, None)
        messages.success(
            request, _("This project uses the latest version of %(asset)s.") % {"asset": link.asset}
        )
        return _back(request, project)
    version = _version(link.asset, request.POST.get("version", ""))
    if version is None:
        messages.error(
            request, _("%(asset)s has no such version. Nothing was changed.") % {"asset": link.asset}
        )
    else:
        ingest.pin(link, version)
        text = _("This project uses version %(version)s of %(asset)s.")
        messages.success(request, text % {"version": version.number, "asset": link.asset})
    return _back(request, project)


@require_POST
def unlink_asset(request: Request, slug: str, pk: int) -> HttpResponse:
    """Remove an asset from the project. It stays in the library and in the jobs that used it."""
    project = project_to_edit(request, slug)
    for link in project.links.filter(asset_id=pk).select_related("asset"):
        link.delete()
        text = _("%(asset)s is no longer linked. It stays in the library.")
        messages.success(request, text % {"asset": link.asset})
    return _back(request, project)


def _back(request: Request, project: Project) -> HttpResponse:
    """Redirect to the page of the list that showed the asset."""
    return redirect(came_from(request, otherwise=project.get_absolute_url()))


def _version(asset: Asset, number: str) -> AssetVersion | None:
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        return None
    return asset.versions.filter(number=int(number)).first()
