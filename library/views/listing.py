"""The library as a list."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from library import catalog, forms
from library.models import Asset
from library.views.access import Request


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
