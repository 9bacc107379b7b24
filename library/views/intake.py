"""How assets come in through the pages."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from library import forms, ingest
from library.ingest import duplicates
from library.models import Asset, Project
from library.views.access import REFUSED, Request
from library.views.busy import with_retry


@require_http_methods(["GET", "HEAD", "POST"])
def asset_new(request: Request) -> HttpResponse:
    """A new asset."""
    if request.method != "POST":
        form = forms.AssetForm(user=request.user, initial=_wished(request))
        return render(request, "library/asset_new.html", {"form": form})
    form = forms.AssetForm(request.POST, request.FILES, user=request.user)
    asset = _created(form) if form.is_valid() else None
    if asset is None:
        refused = render(request, "library/asset_new.html", {"form": form}, status=REFUSED)
        return with_retry(refused, form.busy)
    messages.success(request, f"{asset} is in the library. Write it in a prompt as it stands here.")
    for sentence in _noticed(form, asset):
        messages.warning(request, sentence)
    if notice := forms.clash_notice(asset, request.user):
        messages.warning(request, notice)
    return redirect(asset)


def _created(form: forms.AssetForm) -> Asset | None:
    """The new asset, or none when somebody took the handle while the form was being checked."""
    values = form.cleaned_data
    try:
        return ingest.create_asset(
            by=form.user, handle=values["handle"], kind=values["kind"], media=form.media_files, **form.about()
        )
    except ingest.HandleTaken as error:
        form.add_error("handle", forms.taken_message(values["handle"], error.asset, form.user))
    except (ingest.WrongFiles, ingest.OverQuota) as error:
        form.add_error("files", str(error))
    return None


def _noticed(form: forms.AssetForm, made: Asset) -> Iterator[str]:
    """What the library had already of the files that just came in."""
    found = duplicates.notices(form.media_files, form.user, but=made)
    for kept in form.kept:
        notice = found[kept.media.pk]
        if notice.same:
            yield f"You have {kept.name} already as {notice.same}."
        elif notice.like:
            yield f"{kept.name} looks like {forms.listed(notice.like)}."


def _wished(request: Request) -> dict[str, object]:
    """What a link to the form may fill in: `?handle=…`, `?kind=…`, `?project=<slug>`."""
    wishes: dict[str, object] = {
        name: request.GET[name] for name in ("handle", "kind") if name in request.GET
    }
    project = (
        Project.objects.editable_by(request.user)
        .filter(slug=request.GET.get("project", "").replace("\0", ""))
        .first()
    )
    return wishes | ({"home_project": project.pk} if project else {})
