"""Which assets a project uses: links to the library, never copies. For those who make things in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
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
        messages.error(request, f"Nothing was linked: @{handle.removeprefix('@')} is not in the library.")
        return redirect(project)
    try:
        ingest.link_asset(asset, project)
    except ingest.RestrictedToHome as refusal:
        messages.error(request, f"Nothing was linked: {refusal} Let everyone use it first, on its page.")
    else:
        messages.success(request, f"{asset} belongs to this project now.")
    return redirect(project)


@require_POST
def pin_asset(request: Request, slug: str, pk: int) -> HttpResponse:
    """Pin the project to one version (`version=2`), or follow the latest (`follow`)."""
    project = project_to_edit(request, slug)
    link = get_object_or_404(project.links.select_related("asset"), asset_id=pk)
    if "follow" in request.POST:
        ingest.pin(link, None)
        messages.success(request, f"{link.asset} follows its latest version here.")
        return _back(request, project)
    version = _version(link.asset, request.POST.get("version", ""))
    if version is None:
        messages.error(request, f"Nothing was changed: {link.asset} has no such version.")
    else:
        ingest.pin(link, version)
        messages.success(request, f"{link.asset} is pinned to version {version.number} here.")
    return _back(request, project)


@require_POST
def unlink_asset(request: Request, slug: str, pk: int) -> HttpResponse:
    """Take an asset out of the project; the library keeps it, and so does every job that used it."""
    project = project_to_edit(request, slug)
    for link in project.links.filter(asset_id=pk).select_related("asset"):
        link.delete()
        messages.success(request, f"{link.asset} is no longer linked. It stays in the library.")
    return _back(request, project)


def _back(request: Request, project: Project) -> HttpResponse:
    """To the page of the list on which the asset stood."""
    return redirect(came_from(request, otherwise=project.get_absolute_url()))


def _version(asset: Asset, number: str) -> AssetVersion | None:
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        return None
    return asset.versions.filter(number=int(number)).first()
