"""The OpenAPI documents: complete enough for a generator of clients, and a page to read them."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from generation.api import gateway_api, json_api

# Every request but the health checks asks first whether the tables fit.
pytestmark = pytest.mark.django_db

METHODS = {"get", "post", "patch", "delete"}


def calls(path: str) -> list[tuple[str, dict[str, Any]]]:
    """Every call of the document at this address, which opens without a token."""
    document = Client().get(path).json()
    return [
        (f"{method.upper()} {address}", call)
        for address, methods in document["paths"].items()
        for method, call in methods.items()
    ]


@pytest.fixture(params=["/api/v1/openapi.json", "/v1/openapi.json"])
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return Client().get(request.param).json()


def test_every_call_of_the_contract_is_there() -> None:
    assert [name for name, _ in calls("/v1/openapi.json")] == [
        "POST /v1/videos/generations",
        "GET /v1/tasks/{task_id}",
        "GET /v1/balance",
    ]
    assert {name.replace("/api/v1", "") for name, _ in calls("/api/v1/openapi.json")} == {
        "GET /assets",
        "POST /assets",
        "GET /assets/{handle}",
        "PATCH /assets/{handle}",
        "DELETE /assets/{handle}",
        "POST /assets/{handle}/versions",
        "GET /projects",
        "POST /projects",
        "GET /projects/{slug}",
        "POST /jobs/check",
        "GET /jobs",
        "POST /jobs",
        "GET /jobs/{uuid}",
        "POST /jobs/{uuid}/cancel",
        "POST /jobs/{uuid}/retry",
        "POST /jobs/{uuid}/resolve",
        "GET /takes",
        "GET /takes/{uuid}",
        "POST /takes/{uuid}/promote",
        "GET /takes/{uuid}/notes",
        "POST /takes/{uuid}/notes",
        "POST /takes/{uuid}/verdict",
    }


def test_every_call_says_how_it_is_opened_and_what_may_go_wrong(document: dict[str, Any]) -> None:
    for address, methods in document["paths"].items():
        for method, call in methods.items():
            name = f"{method} {address}"
            assert method in METHODS
            assert call["security"], name
            assert call["summary"], name
            assert call["description"], name
            errors = {status: answer for status, answer in call["responses"].items() if int(status) >= 400}
            assert {"401", "429"} <= set(errors), name
            assert ("404" in errors) or "{" not in address, name
            assert method == "get" or "403" in errors or address.endswith("/check"), name
            for answer in errors.values():
                schema = answer["content"]["application/json"]["schema"]
                assert schema["$ref"].endswith("/ErrorResponse"), name
            assert "Retry-After" in errors["429"]["headers"], name


def test_names_of_calls_differ(document: dict[str, Any]) -> None:
    names = [call["operationId"] for methods in document["paths"].values() for call in methods.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    def references(part: Any) -> list[str]:
        if isinstance(part, dict):
            found = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return found + [name for value in part.values() for name in references(value)]
        return [name for value in part for name in references(value)] if isinstance(part, list) else []

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


def test_words_mean_the_same_in_every_call(document: dict[str, Any]) -> None:
    """Two shapes of one name would pass for one another in the document."""
    shapes = document["components"]["schemas"]
    assert shapes["Resolution"]["enum"] == ["480p", "720p", "1080p"]
    assert set(shapes["Model"]["enum"]) == {"skyreels-v4-fast", "skyreels-v4-std"}


def test_no_two_shapes_share_a_name() -> None:
    for api in (json_api.api, gateway_api.api):
        shapes = [
            model
            for _, router in api._routers
            for view in router.path_operations.values()
            for operation in view.operations
            for model in [*operation.models, *filter(None, operation.response_models.values())]
        ]
        named: dict[str, set[str]] = {}
        for model in shapes:
            for name in model.model_json_schema().get("$defs", {}):
                named.setdefault(name, set()).add(str(model.model_json_schema()["$defs"][name]))
        assert {name for name, found in named.items() if len(found) > 1} == set()


def test_the_page_is_for_those_who_are_logged_in(alice: User) -> None:
    client = Client()
    assert client.get("/api/v1/docs").status_code == 302
    client.force_login(alice)
    page = client.get("/api/v1/docs")
    assert "swagger-ui" in page.content.decode()
    scripts = re.findall(r"<script([^>]*)>", page.content.decode())
    assert len(scripts) == 3
    assert all('src="/static/' in script or "application/json" in script for script in scripts)
    assert "unsafe-inline" not in page["Content-Security-Policy"]
