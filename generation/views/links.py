"""Which assets a project uses: links to the library, never copies. For those who make things in it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from generation.views.access import Request, project_to_edit
from library.models import Asset, ProjectAsset


@require_POST
def link_asset(request: Request, slug: str) -> HttpResponse:
    """Link an asset by its handle, with or without the @."""
    project = project_to_edit(request, slug)
    handle = request.POST.get("handle", "").replace("\0", "").strip()
    asset = Asset.objects.visible_to(request.user).active().named(handle).first()
    if asset is None:
        messages.error(request, f"Nothing was linked: @{handle.removeprefix('@')} is not in the library.")
    else:
        ProjectAsset.objects.get_or_create(project=project, asset=asset)
        messages.success(request, f"{asset} belongs to this project now.")
    return redirect(project)


@require_POST
def unlink_asset(request: Request, slug: str, pk: int) -> HttpResponse:
    """Take an asset out of the project; the library keeps it, and so does every job that used it."""
    project = project_to_edit(request, slug)
    for link in project.links.filter(asset_id=pk).select_related("asset"):
        link.delete()
        messages.success(request, f"{link.asset} is no longer linked. It stays in the library.")
    return redirect(project)
