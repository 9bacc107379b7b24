"""Upload many files: each is stored separately, then assets are proposed and created together."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from library import decoding, forms, handles, ingest, storage
from library.ingest import duplicates, grouping
from library.models import Asset, Project
from library.probe import UnreadableMedia, display_name
from library.refusal_text import refusal_text
from library.views.access import REFUSED, Request
from library.views.busy import with_retry

MAX_LISTED = 10


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponse:
    """Choose files. Show the assets proposed for stored files, and a message for each file that was refused."""
    if request.method != "POST":
        return _upload_page(request, forms.UploadForm(user=request.user))
    form = forms.UploadForm(request.POST, request.FILES, user=request.user)
    if form.is_valid() or form.kept:
        for error in form.errors.get("files", []):
            messages.error(request, str(error))
        rows = forms.proposed_rows(request.user, form.kept)
        common = forms.BatchForm(user=request.user, initial=_initial(request))
        return with_retry(_proposals_page(request, common, rows), form.busy)
    return with_retry(_upload_page(request, form, status=REFUSED), form.busy)


@require_POST
def upload_file(request: Request) -> HttpResponse:
    """Store one file, for the upload page's progress bars.

    Respond with 422 and a message if it cannot be used, and with 503 if the storage or the decoders are unavailable,
    after which the same file may be sent again.
    """
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse(
            {"name": "", "problem": _("No file was received. Send it again.")}, status=REFUSED
        )
    name = display_name(sent.name or "")
    try:
        media = ingest.add_media(sent, name=name, by=request.user)
    except UnreadableMedia as refusal:
        return JsonResponse({"name": name, "problem": refusal_text(refusal)}, status=REFUSED)
    except ingest.OverQuota as error:
        return JsonResponse({"name": name, "problem": str(error)}, status=REFUSED)
    except (decoding.DecodersBusy, storage.StorageFailed) as error:
        answer = {
            "name": name,
            "problem": forms.unavailable_text(name, error),
            "retry_after": error.retry_after,
        }
        return with_retry(JsonResponse(answer), error)
    kept = forms.keep_file(request.user, media, name)
    found = duplicates.find_duplicates([media], request.user)[media.pk]
    return JsonResponse(
        {
            "name": name,
            "token": kept.token,
            "kind": media.kind,
            "facts": media.facts,
            "thumbnail": storage.signed_url(media.thumbnail_key),
            "handle": handles.suggest(grouping.base(name)),
            "duplicate_of": str(found.same or ""),
            "looks_like": [str(asset) for asset in found.similar],
            "problem": "",
        }
    )


@require_POST
def upload_create(request: Request) -> HttpResponse:
    """Create the proposed assets. Rows with errors are shown again; the others are created."""
    common = forms.BatchForm(request.POST, user=request.user)
    rows = forms.submitted_rows(request.user, request.POST)
    if not common.is_valid():
        return _proposals_page(request, common, rows, status=REFUSED)
    created = [asset for row in rows for asset in _create(row, common)]
    if created:
        messages.success(request, _created_text(created))
        if warning := forms.similar_handles_warning(created[:MAX_LISTED], request.user):
            messages.warning(request, warning)
    invalid = [row for row in rows if row.errors]
    if invalid:
        return _proposals_page(request, common, invalid, status=REFUSED)
    if not created:
        messages.error(request, _("No files were selected, so no assets were created."))
        return redirect("library:upload")
    return redirect(created[0] if len(created) == 1 else "library:list")


def _create(row: forms.RowForm, common: forms.BatchForm) -> list[Asset]:
    """Create all assets of one row, or none and add an error to it."""
    if not row.is_valid():
        return []
    try:
        with transaction.atomic():
            return [
                ingest.create_asset(
                    by=row.user, handle=one.handle, kind=one.kind, media=one.media, **common.details()
                )
                for one in row.new_assets()
            ]
    except ingest.HandleTaken as error:
        name = row.cleaned_data["handle"]
        row.add_error("handle", forms.taken_message(name, error.asset, row.user))
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        row.add_error(None, str(error))
    return []


def _upload_page(request: Request, form: forms.UploadForm, *, status: int = 200) -> HttpResponse:
    bundle, usage = forms.BundleForm(user=request.user), ingest.usage_of(request.user)
    context = {"form": form, "bundle": bundle, "usage": usage}
    return render(request, "library/upload.html", context, status=status)


def _proposals_page(
    request: Request, common: forms.BatchForm, rows: Sequence[forms.RowForm], *, status: int = 200
) -> HttpResponse:
    found = forms.duplicates_in(request.user, rows)
    listed = [(row, [(kept, found[kept.media.pk]) for kept in row.kept]) for row in rows]
    context = {"common": common, "rows": listed, "refused": status != 200}
    return render(request, "library/upload_assets.html", context, status=status)


def _created_text(created: Sequence[Asset]) -> str:
    count = len(created)
    if count > MAX_LISTED:
        return ngettext("%(count)d asset created.", "%(count)d assets created.", count) % {"count": count}
    return _("%(assets)s created.") % {"assets": forms.list_handles(created)}


def _initial(request: Request) -> dict[str, object]:
    """Return the initial values from the query string: `?project=<slug>`."""
    project = (
        Project.objects.editable_by(request.user)
        .filter(slug=request.GET.get("project", "").replace("\0", ""))
        .first()
    )
    return {"home_project": project.pk} if project else {}
