"""Save a take, or one of its frames, to the library as an asset."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from generation import promotion
from generation.forms.promotion import PromoteForm
from generation.models import Take
from generation.views.shared.access import Request, take_to_edit
from library import forms, ingest
from library.models import Asset
from library.usability_text import finding_text

UNPROCESSABLE = 422
MAX_ASSETS = 60


@require_http_methods(["GET", "HEAD", "POST"])
def promote(request: Request, uuid: UUID) -> HttpResponse:
    """Save the video, or with `?at=<seconds>` a frame, under a new handle."""
    take = take_to_edit(request, uuid)
    if request.method != "POST":
        return _page(request, take, PromoteForm(user=request.user, take=take, second=_second(request, take)))
    form = PromoteForm(request.POST, user=request.user, take=take)
    asset = _promoted(form) if form.is_valid() else None
    if asset is None:
        return _page(request, take, form, status=UNPROCESSABLE)
    _report(request, take, asset)
    return redirect(asset)


def assets_of(request: Request, take: Take) -> list[Asset]:
    """Return the assets made from a take that the user may see, newest first."""
    assets = Asset.objects.visible_to(request.user).active().filter(promotion__take=take)
    shown = assets.select_related("promotion", "cover").order_by("-pk")
    return list(shown.only("handle", "cover__thumbnail_key", "promotion__second")[:MAX_ASSETS])


def _promoted(form: PromoteForm) -> Asset | None:
    """Return the new asset, or None with an error on the form."""
    try:
        return promotion.promote(form.take, by=form.user, **form.promotion_args())
    except promotion.CannotPromote as error:
        form.add_error(error.field or None, str(error))
    except ingest.HandleTaken as error:
        taken = forms.taken_message(form.cleaned_data["handle"], error.asset, form.user)
        form.add_error("handle", taken)
    return None


def _report(request: Request, take: Take, asset: Asset) -> None:
    values = {"asset": asset, "title": promotion.title_of(take, asset.promotion.second)}
    messages.success(request, _("%(asset)s was saved to the library (%(title)s).") % values)
    version = asset.current_version
    fitness = version.usability if version else None
    for finding in (*fitness.refusals, *fitness.warnings) if fitness else ():
        messages.warning(
            request, _("%(asset)s: %(reason)s.") % {"asset": asset, "reason": finding_text(finding)}
        )
    if notice := forms.similar_handles_warning([asset], request.user):
        messages.warning(request, notice)


def _second(request: Request, take: Take) -> float | None:
    """Return the second of the query string if the take has it."""
    try:
        second = float(request.GET.get("at", ""))
    except ValueError:
        return None
    return second if 0 <= second <= take.end else None


def _page(request: Request, take: Take, form: PromoteForm, status: int = 200) -> HttpResponse:
    context = {"take": take, "form": form, "known": assets_of(request, take)}
    return render(request, "generation/takes/promote.html", context, status=status)
