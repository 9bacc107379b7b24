"""Export and import assets as a zip."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from library import catalog, forms, handles, storage
from library.ingest import bundle_export, bundle_import, usage_of
from library.ingest.import_results import Outcome, Result
from library.models import Asset, Collection, Project
from library.models.assets import AssetQuerySet
from library.views.access import REFUSED, Request

MAX_EXPORTED = 1000
MAX_LISTED = 500
KEY_DIGITS = 19


@require_POST
def export(request: Request) -> HttpResponse | StreamingHttpResponse:
    """Stream up to a thousand assets as a zip: those given by `handle` or by `asset` (a key, as sent by the cards), or
    with `found` those that match the filters of the list (`q`, `kind`, `tag` …)."""
    chosen = _matching_assets(request) if "found" in request.POST else _selected_assets(request)
    if not chosen:
        return render(request, "library/export_refused.html", {"limit": 0}, status=REFUSED)
    if len(chosen) > MAX_EXPORTED:
        return render(request, "library/export_refused.html", {"limit": MAX_EXPORTED}, status=REFUSED)
    # After the first byte, an error can only be reported by aborting the response.
    storage.check_bucket()
    response = StreamingHttpResponse(
        bundle_export.export_zip(chosen, by=request.user), content_type="application/zip"
    )
    name = f"backlot-assets-{timezone.localdate()}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def import_zip(request: Request) -> HttpResponse:
    """Create the assets of an exported zip and show the outcome of each."""
    form = forms.BundleForm(request.POST, request.FILES, user=request.user)
    outcomes = _import(form, request) if form.is_valid() else []
    if form.errors:
        usage = usage_of(request.user)
        context = {"form": forms.UploadForm(user=request.user), "bundle": form, "usage": usage}
        return render(request, "library/upload.html", context, status=REFUSED)
    return render(request, "library/imported.html", _outcome_context(outcomes))


def _import(form: forms.BundleForm, request: Request) -> list[Outcome]:
    sent, project = form.cleaned_data["bundle"], form.cleaned_data["bundle_project"]
    storage.check_bucket()
    try:
        found = bundle_import.import_bundle(
            sent.file, by=request.user, project=project, seconds=forms.IMPORT_SECONDS
        )
        return list(found)
    except bundle_import.BadBundle as error:
        form.add_error("bundle", str(error))
        return []


def _outcome_context(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return the first outcomes, failures first, and the number of each kind."""
    shown = sorted(outcomes, key=lambda outcome: outcome.result != Result.FAILED)[:MAX_LISTED]
    counts = Counter(outcome.result for outcome in outcomes)
    listed = [(result.label, counts[result]) for result in Result if counts[result]]
    return {"outcomes": shown, "hidden": len(outcomes) - len(shown), "counts": listed}


def _selected_assets(request: Request) -> Sequence[Asset]:
    names, keys = (request.POST.getlist(field)[: MAX_EXPORTED + 1] for field in ("handle", "asset"))
    whole_keys = [int(key) for key in keys if key.isascii() and key.isdigit() and len(key) < KEY_DIGITS]
    seen = Asset.objects.visible_to(request.user)
    named = seen.named(*(name for name in names if handles.is_handle(name.removeprefix("@"))))
    return _with_files(seen.filter(Q(pk__in=named.values("pk")) | Q(pk__in=whole_keys)))


def _matching_assets(request: Request) -> Sequence[Asset]:
    filters: dict[str, Any] = forms.FilterForm(request.POST).filters()
    projects, collections = (
        Project.objects.visible_to(request.user).filter(slug=filters["project"]),
        Collection.objects.visible_to(request.user).filter(pk=filters["collection"] or 0),
    )
    page = catalog.find_assets(
        request.user,
        q=filters["q"],
        kind=filters["kind"],
        tag=filters["tag"],
        project=projects.first(),
        owner=filters["owner"],
        usable=forms.usable_bits(filters["usable"]),
        archived=bool(filters["archived"]),
        favourite=bool(filters["favourite"]),
        collection=collections.first(),
        size=MAX_EXPORTED + 1,
    )
    return _with_files(Asset.objects.filter(pk__in=[asset.pk for asset in page.items]))


def _with_files(assets: AssetQuerySet) -> Sequence[Asset]:
    """Return the assets with everything to pack, in a few queries; at most one more than may be exported."""
    found = assets.select_related("current_version").prefetch_related("tags", "current_version__files__media")  # type: ignore[misc]  # taggit
    return list(found.order_by("pk")[: MAX_EXPORTED + 1])
