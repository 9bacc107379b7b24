"""The library's pages. Look-up and permission are one call: a stranger meets 404, a reader who writes 403."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from library import catalog, forms, handles, ingest
from library.models import Asset, Project

REFUSED, STALE = 422, 409


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


@require_safe
def asset_list(request: Request) -> HttpResponse:
    """The library: a page, or for htmx only the cards that follow."""
    filters = forms.FilterForm(request.GET).filters()
    page = catalog.find_assets(
        request.user, q=filters["q"], kind=filters["kind"], tag=filters["tag"], cursor=filters["cursor"]
    )
    fragment = request.htmx and not request.htmx.boosted and filters["cursor"]
    name = "library/_cards.html" if fragment else "library/asset_list.html"
    context = {"page": page, "filters": filters, "kinds": Asset.Kind.choices}
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def asset_new(request: Request) -> HttpResponse:
    """A new asset."""
    if request.method != "POST":
        form = forms.AssetForm(user=request.user, initial=_wished(request))
        return render(request, "library/asset_new.html", {"form": form})
    form = forms.AssetForm(request.POST, request.FILES, user=request.user)
    asset = _created(form) if form.is_valid() else None
    if asset is None:
        return render(request, "library/asset_new.html", {"form": form}, status=REFUSED)
    messages.success(request, f"{asset} is in the library. Write it in a prompt as it stands here.")
    return redirect(asset)


@require_safe
def asset_detail(request: Request, handle: str) -> HttpResponse:
    """One asset: its files, facts and versions."""
    asset = _visible(request, handle)
    versions = asset.versions.select_related("created_by").prefetch_related("files__media")
    context = {"asset": asset, "versions": list(versions), "may_edit": _may_edit(request, asset)}
    return render(request, "library/asset_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def asset_edit(request: Request, handle: str) -> HttpResponse:
    """The text of an asset. When it was saved meanwhile, both texts are shown and nothing is overwritten."""
    asset = _editable(request, handle)
    context: dict[str, object] = {"asset": asset}
    if request.method != "POST":
        context["form"] = forms.EditForm(user=request.user, initial=forms.about(asset))
        return render(request, "library/asset_edit.html", context)
    form = context["form"] = forms.EditForm(request.POST, user=request.user)
    if not form.is_valid():
        return render(request, "library/asset_edit.html", context, status=REFUSED)
    try:
        ingest.edit_asset(asset, revision=form.cleaned_data["revision"], **form.about())
    except ingest.StaleEdit as stale:
        context["differences"] = form.differences(stale.current)
        form.take_over(stale.current)
        return render(request, "library/asset_edit.html", context, status=STALE)
    messages.success(request, f"{asset} is saved.")
    return redirect(asset)


@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: Request, handle: str) -> HttpResponse:
    """The next version of an asset's files."""
    asset = _editable(request, handle)
    if request.method != "POST":
        kept = [
            forms.keep(request.user, media, f"File {number}")
            for number, media in enumerate(forms.files_of(asset.current_version), start=1)
        ]
        form = forms.VersionForm(user=request.user, asset=asset, kept=kept)
        return render(request, "library/add_version.html", {"asset": asset, "form": form})
    form = forms.VersionForm(request.POST, request.FILES, user=request.user, asset=asset)
    if not form.is_valid():
        return render(request, "library/add_version.html", {"asset": asset, "form": form}, status=REFUSED)
    version = ingest.add_version(
        asset, by=request.user, media=form.media_files, note=form.cleaned_data["note"]
    )
    messages.success(
        request, f"{asset} has a version {version.number}. Jobs keep the version that they used."
    )
    return redirect(asset)


@require_safe
def style(request: Request) -> HttpResponse:
    """The style page: every component, for those who build pages."""
    if not request.user.is_staff:
        raise PermissionDenied
    return render(request, "style.html")


def _visible(request: Request, handle: str) -> Asset:
    if not handles.is_handle(handle):
        raise Http404
    return get_object_or_404(
        Asset.objects.visible_to(request.user).named(handle).for_cards().select_related("created_by")
    )


def _may_edit(request: Request, asset: Asset) -> bool:
    return Asset.objects.editable_by(request.user).filter(pk=asset.pk).exists()


def _editable(request: Request, handle: str) -> Asset:
    asset = _visible(request, handle)
    if not _may_edit(request, asset):
        raise PermissionDenied
    return asset


def _created(form: forms.AssetForm) -> Asset | None:
    """The new asset, or none when somebody took the handle while the form was being checked."""
    values = form.cleaned_data
    try:
        return ingest.create_asset(
            by=form.user, handle=values["handle"], kind=values["kind"], media=form.media_files, **form.about()
        )
    except ingest.HandleTaken as error:
        form.add_error("handle", forms.taken_message(values["handle"], error.asset, form.user))
        return None


def _wished(request: Request) -> dict[str, object]:
    """What a link to the form may fill in: `?handle=…`, `?kind=…`, `?project=<slug>`."""
    wishes: dict[str, object] = {
        name: request.GET[name] for name in ("handle", "kind") if name in request.GET
    }
    project = Project.objects.editable_by(request.user).filter(slug=request.GET.get("project", "")).first()
    return wishes | ({"home_project": project.pk} if project else {})
