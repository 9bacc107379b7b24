"""The library as a list, and the handles that are offered while one is typed."""

from typing import Any, TypeVar
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from library import catalog, forms, storage
from library.models import Asset, Collection, Membership, Project, SavedView
from library.models.rights import EXPIRED
from library.views.access import Request

MOST_CHOICES = 200
Filters = dict[str, Any]
Row = TypeVar("Row", bound=Model)


@require_safe
def asset_list(request: Request) -> HttpResponse:
    """The library: a page, or for htmx only the cards that follow."""
    filters = forms.FilterForm(request.GET).filters()
    projects, project = _choice(Project.objects.visible_to(request.user), "slug", filters["project"])
    collections, collection = _choice(
        Collection.objects.visible_to(request.user), "pk", filters["collection"]
    )
    page = _found(request.user, filters, project, collection)
    context: dict[str, Any] = {"page": page, "filters": filters, "collection": collection}
    if request.htmx and not request.htmx.boosted and filters["cursor"]:
        response = render(request, "library/_cards.html", context)
    else:
        context |= _choices(request, filters) | {"projects": projects, "collections": collections}
        context["chips"] = _chips(filters, project, collection)
        response = render(request, "library/asset_list.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
def handles(request: Request) -> JsonResponse:
    """What may stand behind an `@`: `?q=` is what was typed so far, `?project=` the slug of the project, `?usable=`
    what it has to be usable as, such as `frame`."""
    slug = request.GET.get("project", "").replace("\0", "")
    project = Project.objects.visible_to(request.user).filter(slug=slug).first() if slug else None
    usable = forms.FilterForm(request.GET).filters()["usable"]
    found = catalog.suggest_handles(
        request.user, request.GET.get("q", "")[:100], project, usable=forms.usable_bits(usable)
    )
    return JsonResponse({"handles": [_offered(asset) for asset in found]})


def _choice(rows: QuerySet[Row], field: str, value: Any) -> tuple[list[Row], Row | None]:
    """What is offered, and what is chosen of it: that is among the offered however many there are."""
    offered = list(rows[:MOST_CHOICES])
    chosen = next((row for row in offered if getattr(row, field) == value), None)
    if value and chosen is None and len(offered) == MOST_CHOICES:
        chosen = rows.filter(**{field: value}).first()
        offered += [chosen] if chosen else []
    return offered, chosen


def _found(
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


def _choices(request: Request, filters: Filters) -> dict[str, Any]:
    views = SavedView.objects.filter(user=request.user)[:MOST_CHOICES]
    return {
        "kinds": Asset.Kind.choices,
        "sorts": catalog.Sort.choices,
        "usables": forms.USABLE,
        "owners": _owners(request.user, filters["owner"]),
        "views": views,
        "query": _query(filters),
    }


def _owners(user: User, chosen: str) -> list[str]:
    """The user, the people of the user's projects, and whoever is chosen already."""
    shared = Project.objects.visible_to(user).values("pk")
    names = Membership.objects.filter(project__in=shared).values_list("user__username", flat=True)
    others = sorted(
        {*names.order_by("user__username").distinct()[:MOST_CHOICES], chosen} - {user.username, ""}
    )
    return [user.username, *others]


def _chips(filters: Filters, project: Project | None, collection: Collection | None) -> list[tuple[str, str]]:
    """What narrows the list at present: what it says, and the query string without it."""
    said = {
        "q": f"“{filters['q']}”" if filters["q"] else "",
        "tag": filters["tag"],
        "project": f"in {project}" if project else "",
        "owner": f"of {filters['owner']}" if filters["owner"] else "",
        "usable": dict(forms.USABLE).get(filters["usable"], ""),
        "archived": "archived" if filters["archived"] else "",
        "favourite": "favourites" if filters["favourite"] else "",
        "collection": f"collection {collection}" if collection else "",
    }
    return [(text, _query({**filters, name: ""})) for name, text in said.items() if text]


def _query(filters: Filters) -> str:
    return urlencode({name: value for name, value in filters.items() if value and name != "cursor"})


def _offered(asset: Asset) -> dict[str, str]:
    key = asset.cover.thumbnail_key if asset.cover else ""
    return {
        "handle": asset.handle,
        "title": asset.title,
        "kind": asset.kind,
        "thumbnail": storage.signed_url(key) if key else "",
        "ended": asset.rights_told if asset.rights_state == EXPIRED else "",
    }
