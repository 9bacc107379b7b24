"""Every URL that there is, with its rule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions.walk.rules import CALLS, NOTHING, PAGES, Who


@dataclass(frozen=True)
class Place:
    """One URL: the route as the resolver has it, its name, and who may do what."""

    route: str
    name: str
    rule: Mapping[str, Who]
    is_call: bool

    def path(self, values: Mapping[str, Any], other: Mapping[str, Any] | None = None) -> str:
        """Fill the places in the route: the first from `values`, the rest from `other` where that is given."""
        names = re.findall(r"<(?:\w+:)?(\w+)>", self.route)
        path = self.route
        for place, name in enumerate(names):
            value = (other if other and place else values)[name]
            path = re.sub(rf"<(\w+:)?{name}>", str(value).replace("\\", ""), path, count=1)
        return "/" + path

    @property
    def is_keyed(self) -> bool:
        return "<" in self.route


def places() -> Iterator[Place]:
    """Yield every URL but the admin's, which has tests of its own, with its rule. Raises KeyError without one."""
    seen = set()
    for route, _, name in _patterns(get_resolver()):
        if route.startswith("admin/") or name in NOTHING or route.startswith("^"):
            continue
        is_call = route.startswith(("api/", "v1/")) and name not in PAGES
        if route not in seen:
            seen.add(route)
            yield Place(route, route if is_call else name, CALLS[route] if is_call else PAGES[name], is_call)


def _patterns(
    resolver: URLResolver, prefix: str = "", space: str = ""
) -> Iterator[tuple[str, URLPattern, str]]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _patterns(one, route, f"{one.namespace}:" if one.namespace else space)
        else:
            yield route, one, f"{space}{one.name}"
