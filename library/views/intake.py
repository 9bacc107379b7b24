"""The page for a new asset."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from library import forms, ingest
from library.ingest import duplicates
from library.models import Asset, Project
from library.views.access import REFUSED, Request
from library.views.busy import with_retry


@require_http_methods(["GET", "HEAD", "POST"])
def asset_new(request: Request) -> HttpResponse:
    """Create an asset."""
    if request.method != "POST":
        form = forms.AssetForm(user=request.user, initial=_initial(request))
        return render(request, "library/asset_new.html", {"form": form})
    form = forms.AssetForm(request.POST, request.FILES, user=request.user)
    asset = _create(form) if form.is_valid() else None
    if asset is None:
        refused = render(request, "library/asset_new.html", {"form": form}, status=REFUSED)
        return with_retry(refused, form.busy)
    text = _("%(asset)s created. Write this handle in a prompt to use it.")
    messages.success(request, text % {"asset": asset})
    for warning in _duplicate_warnings(form, asset):
        messages.warning(request, warning)
    if warning := forms.similar_handles_warning([asset], request.user):
        messages.warning(request, warning)
    return redirect(asset)


def _create(form: forms.AssetForm) -> Asset | None:
    """Create the asset. Return None and add an error if the handle has been taken in the meantime."""
    values = form.cleaned_data
    try:
        return ingest.create_asset(
            by=form.user,
            handle=values["handle"],
            kind=values["kind"],
            media=form.media_files,
            **form.details(),
        )
    except ingest.HandleTaken as error:
        form.add_error("handle", forms.taken_message(values["handle"], error.asset, form.user))
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        form.add_error("files", str(error))
    return None


def _duplicate_warnings(form: forms.AssetForm, created: Asset) -> Iterator[str]:
    """Yield a warning for each new file that the library already had."""
    found = duplicates.find_duplicates(form.media_files, form.user, besides=created)
    for kept in form.kept:
        existing = found[kept.media.pk]
        if existing.same:
            yield _("%(file)s is already in the library as %(asset)s.") % {
                "file": kept.name,
                "asset": existing.same,
            }
        elif existing.similar:
            yield _("%(file)s looks similar to %(assets)s.") % {
                "file": kept.name,
                "assets": forms.list_handles(existing.similar),
            }


def _initial(request: Request) -> dict[str, object]:
    """Return the initial values from the query string: `?handle=…`, `?kind=…`, `?project=<slug>`."""
    initial: dict[str, object] = {
        name: request.GET[name] for name in ("handle", "kind") if name in request.GET
    }
    project = (
        Project.objects.editable_by(request.user)
        .filter(slug=request.GET.get("project", "").replace("\0", ""))
        .first()
    )
    return initial | ({"home_project": project.pk} if project else {})
