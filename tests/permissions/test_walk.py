"""Every URL × visitor × method × {own, foreign, mixed}: exactly what the rules say. See `tests/permissions/walk`."""

import pytest

from generation.api import gateway_api, json_api
from tests.permissions.walk.expected import FOREIGN, MIXED, OWN
from tests.permissions.walk.places import places
from tests.permissions.walk.rules import CALLS, NOTHING, PAGES
from tests.permissions.walk.walker import METHODS, Walk
from tests.permissions.walk.world import World

VISITORS = (
    "anonymous", "guest", "owner", "editor", "reviewer", "viewer", "outsider", "removed", "deactivated", "staff",
    "administrator", "read-only token", "token of another project",
)  # fmt: skip
# Of the others the long walk sees to.
SHORT = ("outsider", "removed", "viewer")


def test_every_url_has_a_rule_and_every_rule_a_url() -> None:
    found = list(places())
    assert {place.name for place in found if not place.is_call} == set(PAGES)
    assert {place.route for place in found if place.is_call} == set(CALLS)
    assert len(found) > 120
    assert NOTHING


@pytest.mark.parametrize("api", [json_api.api, gateway_api.api], ids=["own", "gateway"])
def test_the_openapi_documents_name_the_same_calls(api: object) -> None:
    """What the documents offer is what the rules know, method by method."""
    offered = {}
    for path, item in api.get_openapi_schema()["paths"].items():  # type: ignore[attr-defined]
        offered[path.strip("/")] = {method.upper() for method in item}
    plain = {_plain(route): set(rule) for route, rule in CALLS.items()}
    assert offered.items() <= plain.items()


def _plain(route: str) -> str:
    """`<slug:slug>` as the documents write it."""
    return "/".join(
        "{" + part.strip("<>").rpartition(":")[2] + "}" if part.startswith("<") else part
        for part in route.split("/")
    )


def walked(visitor: str, methods: tuple[str, ...], scopes: tuple[str, ...]) -> list[str]:
    world = World()
    walk = Walk(world, world.visitors[visitor])
    found = []
    for place in places():
        if not place.is_call and "token" in visitor:
            continue
        for scope in scopes if place.is_keyed else (OWN, MIXED):
            if scope in scopes:
                found += [walk.wrong(place, method, scope) for method in methods]
    return [sentence for sentence in found if sentence]


@pytest.mark.parametrize("visitor", SHORT)
def test_what_may_be_read_and_written(db: None, s3: object, visitor: str) -> None:
    wrong = walked(visitor, ("GET", "POST"), (OWN, FOREIGN))
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.system
@pytest.mark.parametrize("visitor", VISITORS)
def test_the_whole_walk(db: None, s3: object, visitor: str) -> None:
    wrong = walked(visitor, METHODS, (OWN, FOREIGN, MIXED))
    assert not wrong, "\n".join(["", *wrong])
