"""What people keep: favourites, collections, saved views."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from library.forms.collections import CollectionForm, ViewForm
from library.forms.filters import FilterForm
from library.models import Asset, Collection, Favourite, SavedView
from library.templatetags.cards import star
from library.views.access import REFUSED, Request, asset_to_see


@require_POST
def favourite(request: Request, handle: str) -> HttpResponse:
    """Star an asset (`starred=1`) or take the star away; sent twice it changes nothing more."""
    asset = asset_to_see(request, handle)
    starred = request.POST.get("starred") == "1"
    if starred:
        Favourite.objects.get_or_create(user=request.user, asset=asset)
    else:
        Favourite.objects.filter(user=request.user, asset=asset).delete()
    if request.htmx and not request.htmx.boosted:
        return HttpResponse(star(asset, starred=starred))
    messages.success(request, f"{asset} is {'a' if starred else 'no longer a'} favourite of yours.")
    return redirect(f"{reverse('library:list')}?{_understood(request.POST.get('query', ''))}")


@require_http_methods(["GET", "HEAD", "POST"])
def collections(request: Request) -> HttpResponse:
    """The collections that the user sees, and a form for another."""
    form = CollectionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid() and (made := form.create()):
        messages.success(request, f"The collection “{made}” is made. Choose assets in the library for it.")
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
    """Take a collection away; its assets stay."""
    found = get_object_or_404(Collection.objects.visible_to(request.user), pk=pk)
    if not Collection.objects.editable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    found.delete()
    messages.success(request, f"The collection “{found}” is gone. Its assets stay in the library.")
    return redirect("library:collections")


@require_POST
def view_save(request: Request) -> HttpResponse:
    """Keep the list as it is narrowed and sorted at present, under a name."""
    query = _understood(request.POST.get("query", ""))
    form = ViewForm({"name": request.POST.get("name", ""), "query": query})
    if form.is_valid():
        name = form.cleaned_data["name"]
        SavedView.objects.update_or_create(user=request.user, name=name, defaults={"query": query})
        messages.success(request, f"The view “{name}” is saved.")
    else:
        messages.error(request, "The view was not saved: give it a name of at most 60 letters.")
    return redirect(f"{reverse('library:list')}?{query}")


@require_POST
def view_delete(request: Request, pk: int) -> HttpResponse:
    """Forget a saved view."""
    view = get_object_or_404(SavedView, user=request.user, pk=pk)
    view.delete()
    messages.success(request, f"The view “{view}” is gone.")
    return redirect("library:list")


def _understood(query: str) -> str:
    """The filters of a query string that mean something, without the place in the list."""
    filters = FilterForm(QueryDict(query[:5000])).filters()
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in filters.items() if value and name != "cursor"})
    return kept.urlencode()
