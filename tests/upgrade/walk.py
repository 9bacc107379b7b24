"""Every URL of this version, filled in with what a database holds."""

import itertools
import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from generation.gateway_task import task_id_of
from generation.models import Batch, Job, Note, Notification, Playlist, ShareLink, Take
from library.models import Asset, HandleAlias, Project

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
UUIDS = {
    "jobs": Job, "batches": Batch, "takes": Take, "notes": Note, "playlists": Playlist, "links": ShareLink,
    "projects": Project, "assets": Asset,
}  # fmt: skip
OTHERWISE = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000"}
MOST = 10  # URLs for one route


def urls() -> list[str]:
    """Return every URL except the admin's, which are known by its models."""
    found = [url for route in _routes(get_resolver()) for url in itertools.islice(_filled(route), MOST)]
    return sorted(set(found))


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        elif route != "admin/":
            yield from _routes(one, route)


def _filled(route: str) -> Iterator[str]:
    if "^" in route or "(?" in route:
        return
    parameters = [(found[0], found[1] or "str", found[2]) for found in PARAMETER.finditer(route)]
    for values in itertools.product(*(_values(route, kind, name) for _, kind, name in parameters)):
        url = route
        for (text, *_), value in zip(parameters, values, strict=True):
            url = url.replace(text, value, 1)
        yield f"/{url}"


def _values(route: str, kind: str, name: str) -> list[str]:
    """Return what may stand for a parameter: things that are there where their kind can be told."""
    parts = route.split("/")
    if kind == "slug" and name == "slug":
        return list(Project.objects.values_list("slug", flat=True))
    if name == "handle":
        return list(Asset.objects.values_list("handle", flat=True))
    if name == "name":
        return list(HandleAlias.objects.values_list("name", flat=True)) or ["x"]
    if "uuid" in (kind, name):
        model = next((UUIDS[part] for part in reversed(parts[: _place(parts, name)]) if part in UUIDS), None)
        known = model.objects.values_list("uuid", flat=True) if model and hasattr(model, "uuid") else []
        return [str(uuid) for uuid in known] or [OTHERWISE["uuid"]]
    if name == "pk" and "inbox" in parts:
        return [str(pk) for pk in Notification.objects.values_list("pk", flat=True)]
    if name == "token" and parts[0] == "s":
        return [link.token for link in ShareLink.objects.all()]
    if name == "task_id":
        return [task_id_of(one) for one in Job.objects.all()]
    if name == "kind":
        return ["edl", "otio"]
    return [OTHERWISE.get(kind, "x")]


def _place(parts: list[str], name: str) -> int:
    return next(place for place, part in enumerate(parts) if f"{name}>" in part)
