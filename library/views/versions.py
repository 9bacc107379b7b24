"""Create, show, compare and restore versions of an asset."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from library import forms, ingest
from library.models import Asset, AssetVersion
from library.views.access import REFUSED, STALE, Request, asset_to_edit, asset_to_see, may_edit
from library.views.busy import with_retry


@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: Request, handle: str) -> HttpResponse:
    """Create the next version. The page shows in advance what it affects. If another version has been created in the
    meantime, show it together with the submitted files, and create nothing."""
    asset = asset_to_edit(request, handle)
    if request.method != "POST":
        return _files_page(request, asset, _current_files(request, asset))
    form = forms.VersionForm(request.POST, request.FILES, user=request.user, asset=asset)
    if not form.is_valid():
        return with_retry(_files_page(request, asset, form, status=REFUSED), form.busy)
    note, after = form.cleaned_data["note"], form.cleaned_data["after"]
    try:
        version = ingest.add_version(asset, by=request.user, media=form.media_files, note=note, after=after)
    except ingest.StaleEdit as stale:
        form.rebase_on(stale.current)
        return _files_page(request, stale.current, form, status=STALE)
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        form.add_error("files", str(error))
        return _files_page(request, asset, form, status=REFUSED)
    text = _("Version %(number)d of %(asset)s created.")
    messages.success(request, text % {"number": version.number, "asset": asset})
    return redirect(asset)


@require_safe
def version(request: Request, handle: str, number: int) -> HttpResponse:
    """Show one version with its files."""
    asset = asset_to_see(request, handle)
    found = _version(asset, number)
    return render(
        request,
        "library/version.html",
        {"asset": asset, "version": found, "may_edit": may_edit(request, asset)},
    )


@require_safe
def compare(request: Request, handle: str) -> HttpResponse:
    """Compare two versions: `?a=1&b=2`, by default the last two."""
    asset = asset_to_see(request, handle)
    newest = asset.current_version.number if asset.current_version else 0
    right = _number(request, "b") or newest
    left = _number(request, "a") or max(right - 1, 1)
    context = {
        "asset": asset,
        "sides": [_version(asset, left), _version(asset, right)],
        "numbers": list(asset.versions.values_list("number", flat=True)),
        "may_edit": may_edit(request, asset),
    }
    return render(request, "library/compare.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: Request, handle: str, number: int) -> HttpResponse:
    """Restore an earlier version as a new one, after showing what that affects."""
    asset = asset_to_edit(request, handle)
    found = _version(asset, number)
    if request.method != "POST":
        return _restore_page(request, asset, found)
    try:
        restored = ingest.restore_version(found, by=request.user, after=_after(request))
    except ingest.StaleEdit as stale:
        return _restore_page(request, stale.current, found, status=STALE)
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        messages.error(request, _("Nothing was changed. %(reason)s") % {"reason": error})
    else:
        text = _("Version %(old)d of %(asset)s restored as version %(new)d.")
        messages.success(request, text % {"old": number, "asset": asset, "new": restored.number})
    return redirect(asset)


def _files_page(
    request: Request, asset: Asset, form: forms.VersionForm, *, status: int = 200
) -> HttpResponse:
    context = {"asset": asset, "form": form, "impact": ingest.impact_of(asset, request.user)}
    if status == STALE and asset.current_version:
        context["saved"] = _version(asset, asset.current_version.number)
    return render(request, "library/add_version.html", context, status=status)


def _restore_page(request: Request, asset: Asset, found: AssetVersion, *, status: int = 200) -> HttpResponse:
    impact = ingest.impact_of(asset, request.user)
    context = {"asset": asset, "version": found, "impact": impact, "stale": status == STALE}
    return render(request, "library/version_restore.html", context, status=status)


def _current_files(request: Request, asset: Asset) -> forms.VersionForm:
    kept = [
        forms.keep_file(request.user, media, _("File %(number)d") % {"number": number}, asset=asset.pk)
        for number, media in enumerate(ingest.files_of(asset.current_version), start=1)
    ]
    return forms.VersionForm(user=request.user, asset=asset, kept=kept)


def _version(asset: Asset, number: int) -> AssetVersion:
    versions = asset.versions.select_related("created_by").prefetch_related("files__media")
    return get_object_or_404(versions, number=number)


def _after(request: Request) -> int | None:
    """Return the number of the version that was current when the page was opened."""
    text = request.POST.get("after", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _number(request: Request, name: str) -> int:
    """Return a version number from the query string, 0 if there is none. Raise Http404 for an invalid one."""
    text = request.GET.get(name, "")
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise Http404
    return int(text)
