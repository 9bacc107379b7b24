"""Favourites, collections and saved views."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from library import catalog
from library.forms.collections import CollectionForm, ViewForm
from library.forms.filters import FilterForm
from library.models import Asset, Collection, Favourite, SavedView
from library.views.access import REFUSED, Request, asset_to_see


@require_POST
def favourite(request: Request, handle: str) -> HttpResponse:
    """Add an asset to the favourites (`starred=1`) or remove it. Idempotent."""
    asset = asset_to_see(request, handle)
    starred = request.POST.get("starred") == "1"
    if starred:
        Favourite.objects.get_or_create(user=request.user, asset=asset)
    else:
        Favourite.objects.filter(user=request.user, asset=asset).delete()
    if request.htmx and not request.htmx.boosted:
        asset.is_favourite = starred  # type: ignore[attr-defined]  # as `find_assets` annotates it
        return render(request, "library/_cards.html", {"page": catalog.Page([asset], next_cursor="")})
    done = (
        _("%(asset)s added to your favourites.") if starred else _("%(asset)s removed from your favourites.")
    )
    messages.success(request, done % {"asset": asset})
    return redirect(f"{reverse('library:list')}?{_valid_filters(request.POST.get('query', ''))}")


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: Request) -> HttpResponse:
    """List the collections that the user may see, with a form for a new one."""
    form = CollectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (created := form.create()):
        text = _("Collection “%(name)s” created. Select assets in the library to add to it.")
        messages.success(request, text % {"name": created})
        return redirect("library:collections")
    seen = Q(assets__in=Asset.objects.visible_to(request.user).active())
    listed = Collection.objects.visible_to(request.user).select_related("owner", "project")
    mine = set(Collection.objects.editable_by(request.user).values_list("pk", flat=True))
    context = {
        "form": form,
        "mine": mine,
        "collections": listed.annotate(size=Count("assets", filter=seen, distinct=True)),
    }
    return render(request, "library/collections.html", context, status=REFUSED if form.errors else 200)


@require_POST
def collection_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a collection; its assets are unaffected."""
    found = get_object_or_404(Collection.objects.visible_to(request.user), pk=pk)
    if not Collection.objects.editable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    found.delete()
    text = _("Collection “%(name)s” deleted. Its assets are still in the library.")
    messages.success(request, text % {"name": found})
    return redirect("library:collections")


@require_POST
def view_save(request: Request) -> HttpResponse:
    """Save the current filters and order under a name."""
    query = _valid_filters(request.POST.get("query", ""))
    form = ViewForm({"name": request.POST.get("name", ""), "query": query})
    if form.is_valid():
        name = form.cleaned_data["name"]
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
        messages.success(request, _("View “%(name)s” saved.") % {"name": name})
    else:
        messages.error(request, _("The view was not saved. Enter a name of up to 60 characters."))
    return redirect(f"{reverse('library:list')}?{query}")


@require_POST
def view_delete(request: Request, pk: int) -> HttpResponse:
    """Delete a saved view."""
    view = get_object_or_404(SavedView, user=request.user, pk=pk)
    view.delete()
    messages.success(request, _("View “%(name)s” deleted.") % {"name": view})
    return redirect("library:list")


def _valid_filters(query: str) -> str:
    """Return the valid filters of a query string, without the cursor."""
    filters = FilterForm(QueryDict(query[:5000])).filters()
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in filters.items() if value and name != "cursor"})
    return kept.urlencode()
