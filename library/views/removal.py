"""Archive, restore and delete assets, and delete unused files."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from library import ingest
from library.views.access import REFUSED, Request, asset_to_edit


@require_POST
def archive(request: Request, handle: str) -> HttpResponse:
    """Archive an asset."""
    asset = asset_to_edit(request, handle)
    ingest.archive(asset)
    messages.success(request, _("%(asset)s archived.") % {"asset": asset})
    return redirect(asset)


@require_POST
def unarchive(request: Request, handle: str) -> HttpResponse:
    """Restore an archived asset."""
    asset = asset_to_edit(request, handle)
    ingest.unarchive(asset)
    messages.success(request, _("%(asset)s restored.") % {"asset": asset})
    return redirect(asset)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: Request, handle: str) -> HttpResponse:
    """Delete an asset permanently, after confirmation. If it is in use, show by what, and offer to archive it."""
    asset = asset_to_edit(request, handle)
    uses = ingest.uses_of(asset)
    if request.method == "POST":
        try:
            ingest.delete_asset(asset)
        except ingest.InUse as refusal:
            uses = refusal.uses
        else:
            messages.success(request, _("%(asset)s deleted.") % {"asset": asset})
            return redirect("library:list")
    status = REFUSED if request.method == "POST" else 200
    return render(request, "library/asset_delete.html", {"asset": asset, "uses": uses}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def purge(request: Request) -> HttpResponse:
    """Delete the files that no version uses. Administrators only."""
    if not request.user.is_superuser:
        raise PermissionDenied(_("Only administrators can delete unused files."))
    if request.method == "POST":
        files, size = ingest.purge_media()
        text = ngettext("%(count)d file deleted (%(size)s).", "%(count)d files deleted (%(size)s).", files)
        messages.success(request, text % {"count": files, "size": filesizeformat(size)})
        return redirect("library:purge")
    found = ingest.unused_media().aggregate(files=Count("pk"), size=Sum("size"))
    return render(request, "library/purge.html", {"files": found["files"], "size": found["size"] or 0})
