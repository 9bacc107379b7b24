"""Many files at once: each is taken in by itself, then they are proposed as assets and made by one press."""

from collections.abc import Sequence

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from library import decoding, forms, handles, ingest, storage
from library.ingest import duplicates, grouping
from library.models import Asset, Project
from library.probe import UnreadableMedia, shown_name
from library.views.access import REFUSED, Request
from library.views.busy import with_retry

MANY_NAMED = 10


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: Request) -> HttpResponse:
    """Choose files; what was taken in comes back as proposed assets, what was not with a sentence each."""
    if request.method != "POST":
        return _choosing(request, forms.UploadForm(user=request.user))
    form = forms.UploadForm(request.POST, request.FILES, user=request.user)
    if form.is_valid() or form.kept:
        for sentence in form.errors.get("files", []):
            messages.error(request, str(sentence))
        rows = forms.proposed(request.user, form.kept)
        common = forms.BatchForm(user=request.user, initial=_wished(request))
        return with_retry(_proposals(request, common, rows), form.busy)
    return with_retry(_choosing(request, form, status=REFUSED), form.busy)


@require_POST
def upload_file(request: Request) -> HttpResponse:
    """Takes in one file, whose page shows how far it is. 422 with a sentence when it cannot be used, 503 when the
    storage does not answer or too many files are being opened, and the same file may be sent again."""
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"name": "", "problem": "No file arrived. Send it again."}, status=REFUSED)
    name = shown_name(sent.name or "")
    try:
        media = ingest.add_media(sent, name=name, by=request.user)
    except (UnreadableMedia, ingest.OverQuota) as error:
        return JsonResponse({"name": name, "problem": str(error)}, status=REFUSED)
    except (decoding.DecodersBusy, storage.StorageFailed) as error:
        answer = {"name": name, "problem": forms.problem_of(name, error), "retry_after": error.retry_after}
        return with_retry(JsonResponse(answer), error)
    kept = forms.keep(request.user, media, name)
    notice = duplicates.notices([media], request.user)[media.pk]
    return JsonResponse(
        {
            "name": name,
            "token": kept.token,
            "kind": media.kind,
            "facts": media.facts,
            "thumbnail": storage.signed_url(media.thumbnail_key),
            "handle": handles.suggest(grouping.base(name)),
            "duplicate_of": str(notice.same or ""),
            "looks_like": [str(asset) for asset in notice.like],
            "problem": "",
        }
    )


@require_POST
def upload_create(request: Request) -> HttpResponse:
    """Makes the proposed assets. A row that cannot be made stays, with its reason; the others are made."""
    common = forms.BatchForm(request.POST, user=request.user)
    rows = forms.rows_sent(request.user, request.POST)
    if not common.is_valid():
        return _proposals(request, common, rows, status=REFUSED)
    made = [asset for row in rows for asset in _made(row, common)]
    if made:
        messages.success(request, _told(made))
        if notice := forms.clashes_told(made[:MANY_NAMED], request.user):
            messages.warning(request, notice)
    left = [row for row in rows if row.errors]
    if left:
        return _proposals(request, common, left, status=REFUSED)
    if not made:
        messages.error(request, "Nothing was ticked, so nothing was made.")
        return redirect("library:upload")
    return redirect(made[0] if len(made) == 1 else "library:list")


def _made(row: forms.RowForm, common: forms.BatchForm) -> list[Asset]:
    """The assets of one row: all of them, or none and the row says why."""
    if not row.is_valid():
        return []
    try:
        with transaction.atomic():
            return [
                ingest.create_asset(
                    by=row.user, handle=one.handle, kind=one.kind, media=one.media, **common.about()
                )
                for one in row.wanted()
            ]
    except ingest.HandleTaken as error:
        name = row.cleaned_data["handle"]
        row.add_error("handle", forms.taken_message(name, error.asset, row.user))
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        row.add_error(None, str(error))
    return []


def _choosing(request: Request, form: forms.UploadForm, *, status: int = 200) -> HttpResponse:
    bundle, usage = forms.BundleForm(user=request.user), ingest.usage_of(request.user)
    context = {"form": form, "bundle": bundle, "usage": usage}
    return render(request, "library/upload.html", context, status=status)


def _proposals(
    request: Request, common: forms.BatchForm, rows: Sequence[forms.RowForm], *, status: int = 200
) -> HttpResponse:
    found = forms.noticed(request.user, rows)
    told = [(row, [(kept, found[kept.media.pk]) for kept in row.kept]) for row in rows]
    context = {"common": common, "rows": told, "refused": status != 200}
    return render(request, "library/upload_assets.html", context, status=status)


def _told(made: Sequence[Asset]) -> str:
    if len(made) > MANY_NAMED:
        return f"{len(made)} assets are in the library."
    return f"{forms.listed(made)} {'are' if len(made) > 1 else 'is'} in the library."


def _wished(request: Request) -> dict[str, object]:
    """The project that a link to the page named: `?project=<slug>`."""
    project = (
        Project.objects.editable_by(request.user)
        .filter(slug=request.GET.get("project", "").replace("\0", ""))
        .first()
    )
    return {"home_project": project.pk} if project else {}
