"""Assets leave and come in as a zip."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from library import catalog, forms
from library.ingest import bundles, unpacking
from library.ingest.outcomes import Outcome
from library.models import Asset, Collection, Project
from library.models.assets import AssetQuerySet
from library.views.access import REFUSED, Request

MAX_EXPORTED = 1000
MAX_HANDLES = 1000


@require_POST
def export(request: Request) -> HttpResponse | StreamingHttpResponse:
    """The chosen assets as a zip that is made while it is sent: those of each `handle`, or without one those that the
    filters of the library's list find (`q`, `kind`, `tag` …), at most a thousand."""
    chosen = _named(request) if request.POST.getlist("handle") else _found(request)
    if not chosen:
        return render(request, "library/export_refused.html", {"limit": 0}, status=REFUSED)
    if len(chosen) > MAX_EXPORTED:
        return render(request, "library/export_refused.html", {"limit": MAX_EXPORTED}, status=REFUSED)
    response = StreamingHttpResponse(bundles.packed(chosen), content_type="application/zip")
    name = f"backlot-assets-{timezone.localdate()}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def import_zip(request: Request) -> HttpResponse:
    """Makes the assets of an exported zip and says what became of each."""
    form = forms.BundleForm(request.POST, request.FILES, user=request.user)
    outcomes = _imported(form, request) if form.is_valid() else []
    if form.errors:
        context = {"form": forms.UploadForm(user=request.user), "bundle": form}
        return render(request, "library/upload.html", context, status=REFUSED)
    return render(request, "library/imported.html", {"outcomes": outcomes})


def _imported(form: forms.BundleForm, request: Request) -> list[Outcome]:
    sent, project = form.cleaned_data["bundle"], form.cleaned_data["bundle_project"]
    try:
        return list(unpacking.import_bundle(sent.file, by=request.user, project=project))
    except unpacking.BadBundle as error:
        form.add_error("bundle", str(error))
        return []


def _named(request: Request) -> Sequence[Asset]:
    names = request.POST.getlist("handle")[: MAX_HANDLES + 1]
    return _whole(Asset.objects.visible_to(request.user).named(*names))


def _found(request: Request) -> Sequence[Asset]:
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
    return _whole(Asset.objects.filter(pk__in=[asset.pk for asset in page.items]))


def _whole(assets: AssetQuerySet) -> Sequence[Asset]:
    """With all that is packed, in a handful of queries, and one more than may be exported."""
    found = assets.select_related("current_version").prefetch_related("tags", "current_version__files__media")  # type: ignore[misc]  # taggit
    return list(found.order_by("pk")[: MAX_EXPORTED + 1])
