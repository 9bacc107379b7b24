"""Look-up and permission in one call: a stranger meets 404, a reader who writes 403."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from library import handles
from library.models import Asset

REFUSED, STALE = 422, 409


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails


def asset_to_see(request: Request, handle: str) -> Asset:
    """An asset that the user may see."""
    if not handles.is_handle(handle):
        raise Http404
    return get_object_or_404(
        Asset.objects.visible_to(request.user).named(handle).for_cards().select_related("created_by")
    )


def asset_to_edit(request: Request, handle: str) -> Asset:
    """An asset that the user may change."""
    asset = asset_to_see(request, handle)
    if not may_edit(request, asset):
        raise PermissionDenied
    return asset


def may_edit(request: Request, asset: Asset) -> bool:
    """Whether the user may change it."""
    return Asset.objects.editable_by(request.user).filter(pk=asset.pk).exists()
