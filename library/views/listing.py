"""The library's list, and the suggestions for a handle that is being typed."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from library import catalog, forms, storage
from library.models import Asset, Collection, Membership, Project, SavedView
from library.models.rights import EXPIRED
from library.views.access import Request

MAX_CHOICES = 200
KIND_FILTERS = {
    Asset.Kind.CHARACTER: gettext_lazy("Characters"),
    Asset.Kind.IMAGE: gettext_lazy("Images"),
    Asset.Kind.VIDEO: gettext_lazy("Videos"),
    Asset.Kind.AUDIO: gettext_lazy("Voices"),
}
Filters = dict[str, Any]
Row = TypeVar("Row", Project, Collection)


@require_safe
def asset_list(request: Request) -> HttpResponse:
    """Show the library; for htmx, only the next page of cards."""
    filters = forms.FilterForm(request.GET).filters()
    projects, project = _choice(Project.objects.visible_to(request.user), "slug", filters["project"])
    collections, collection = _choice(
        Collection.objects.visible_to(request.user), "pk", filters["collection"]
    )
    page = _matching_assets(request.user, filters, project, collection)
    context: dict[str, Any] = {"page": page, "filters": filters, "collection": collection}
    if request.htmx and not request.htmx.boosted and filters["cursor"]:
        response = render(request, "library/_cards.html", context)
    else:
        context |= _choices(request, filters, projects) | {"projects": projects, "collections": collections}
        context["chips"] = _chips(filters, project, collection)
        response = render(request, "library/asset_list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def handles(request: Request) -> JsonResponse:
    """Return suggestions for a handle: `?q=` is the text typed so far, `?project=` the slug of the project, `?usable=`
    the required use, such as `frame`."""
    slug = request.GET.get("project", "").replace("\0", "")
    project = Project.objects.visible_to(request.user).filter(slug=slug).first() if slug else None
    usable = forms.FilterForm(request.GET).filters()["usable"]
    found = catalog.suggest_handles(
        request.user, request.GET.get("q", "")[:100], project, usable=forms.usable_bits(usable)
    )
    return JsonResponse({"handles": [_suggestion(asset) for asset in found]})


def _choice(rows: QuerySet[Row], name: str, value: object) -> tuple[list[Row], Row | None]:
    """Return the options and the chosen one, which is always included, even if the list is longer than the maximum."""
    offered = list(rows[:MAX_CHOICES])
    chosen = next((one for one in offered if getattr(one, name) == value), None)
    if chosen is None and value and len(offered) == MAX_CHOICES:
        chosen = rows.filter(**{name: value}).first()
        offered += [chosen] if chosen else []
    return offered, chosen


def _matching_assets(
    user: User, filters: Filters, project: Project | None, collection: Collection | None
) -> catalog.Page:
    return catalog.find_assets(
        user,
        q=filters["q"],
        kind=filters["kind"],
        tag=filters["tag"],
        project=project,
        owner=filters["owner"],
        usable=forms.usable_bits(filters["usable"]),
        archived=bool(filters["archived"]),
        favourite=bool(filters["favourite"]),
        collection=collection,
        sort=filters["sort"],
        cursor=filters["cursor"],
    )


def _choices(request: Request, filters: Filters, projects: list[Project]) -> dict[str, Any]:
    views = SavedView.objects.filter(user=request.user)[:MAX_CHOICES]
    return {
        "kinds": KIND_FILTERS.items(),
        "sorts": catalog.Sort.choices,
        "uses": forms.USES,
        "owners": _owners(request.user, projects, filters["owner"]),
        "views": views,
        "query": _query(filters),
    }


def _owners(user: User, projects: list[Project], chosen: str) -> list[str]:
    """Return the user, the members of the user's projects, and the chosen user."""
    shared = [project.pk for project in projects]
    names = Membership.objects.filter(project__in=shared).values_list("user__username", flat=True)
    others = sorted(
        {*names.order_by("user__username").distinct()[:MAX_CHOICES], chosen} - {user.username, ""}
    )
    return [user.username, *others]


def _chips(filters: Filters, project: Project | None, collection: Collection | None) -> list[tuple[str, str]]:
    """Return the active filters: their text, and the query string without them."""
    values = {"project": project, "owner": filters["owner"], "collection": collection}
    texts = {
        "q": f"“{filters['q']}”" if filters["q"] else "",
        "tag": filters["tag"],
        "project": _("project: %(project)s") % values if project else "",
        "owner": _("added by %(owner)s") % values if filters["owner"] else "",
        "usable": str(dict(forms.USES).get(filters["usable"], "")),
        "archived": _("archived") if filters["archived"] else "",
        "favourite": _("favourites") if filters["favourite"] else "",
        "collection": _("collection: %(collection)s") % values if collection else "",
    }
    return [(text, _query({**filters, name: ""})) for name, text in texts.items() if text]


def _query(filters: Filters) -> str:
    return urlencode({name: value for name, value in filters.items() if value and name != "cursor"})


def _suggestion(asset: Asset) -> dict[str, str]:
    key = asset.cover.thumbnail_key if asset.cover else ""
    return {
        "handle": asset.handle,
        "title": asset.title,
        "kind": asset.kind,
        "thumbnail": storage.signed_url(key) if key else "",
        "ended": asset.rights_notice if asset.rights_state == EXPIRED else "",
    }
