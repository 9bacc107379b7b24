"""Look-up and permission in one call: 404 for users who may not see the asset, 403 for those who may not edit it."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from library import handles
from library.models import Asset

REFUSED, STALE = 422, 409


class Request(HttpRequest):
    """A request of a logged-in user."""

    user: User
    htmx: HtmxDetails


def asset_to_see(request: Request, handle: str) -> Asset:
    """Return an asset that the user may see, or raise Http404."""
    if not handles.is_handle(handle):
        raise Http404
    return get_object_or_404(
        Asset.objects.visible_to(request.user).named(handle).for_cards().select_related("created_by")
    )


def asset_to_edit(request: Request, handle: str) -> Asset:
    """Return an asset that the user may edit. Raise Http404 or PermissionDenied."""
    asset = asset_to_see(request, handle)
    if not may_edit(request, asset):
        raise PermissionDenied
    return asset


def may_edit(request: Request, asset: Asset) -> bool:
    """Return whether the user may edit the asset."""
    return Asset.objects.editable_by(request.user).filter(pk=asset.pk).exists()
