"""How assets leave the library: archived, brought back, deleted; and the purge of files that nothing uses."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from library import ingest
from library.views.access import REFUSED, Request, asset_to_edit


@require_POST
def archive(request: Request, handle: str) -> HttpResponse:
    """Out of lists and new prompts, until it is brought back."""
    asset = asset_to_edit(request, handle)
    ingest.archive(asset)
    messages.success(request, f"{asset} is archived: no list and no new prompt finds it. Jobs keep it.")
    return redirect(asset)


@require_POST
def unarchive(request: Request, handle: str) -> HttpResponse:
    """Back from the archive."""
    asset = asset_to_edit(request, handle)
    ingest.unarchive(asset)
    messages.success(request, f"{asset} is back in the library.")
    return redirect(asset)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, handle: str) -> HttpResponse:
    """For good, after a question; what is in use says by what, and can be archived instead."""
    asset = asset_to_edit(request, handle)
    reasons = ingest.reasons_to_keep(asset)
    if request.method == "POST":
        try:
            ingest.delete_asset(asset)
        except ingest.InUse as refusal:
            reasons = refusal.reasons
        else:
            messages.success(request, f"{asset} is deleted. Its handle is free.")
            return redirect("library:list")
    status = REFUSED if request.method == "POST" else 200
    return render(request, "library/asset_delete.html", {"asset": asset, "reasons": reasons}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def purge(request: Request) -> HttpResponse:
    """For administrators: delete the files that no version uses."""
    if not request.user.is_superuser:
        raise PermissionDenied("Deleting files for good is for administrators.")
    if request.method == "POST":
        files, size = ingest.purge_media()
        messages.success(request, f"{files} file{'' if files == 1 else 's'} deleted, {size:,} bytes.")
        return redirect("library:purge")
    found = ingest.unused_media().aggregate(files=Count("pk"), size=Sum("size"))
    return render(request, "library/purge.html", {"files": found["files"], "size": found["size"] or 0})
