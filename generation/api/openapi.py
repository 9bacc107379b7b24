"""Headers of requests and responses, which ninja does not add to the OpenAPI documents."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from generation.api.idempotency import HEADER, REPLAYED

RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
AUTHENTICATE_HEADER = {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}}
REPLAYED_HEADER = {
    REPLAYED: {
        "description": "`true`: created before under this key",
        "schema": {"type": "string", "const": "true"},
    }
}
IDEMPOTENT: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "repeating the request within a day creates nothing new",
            "schema": {"type": "string", "pattern": "^[!-~]{1,191}$"},
            "example": "harbour-020-take-3",
        }
    ],
}


class DocumentedAPI(NinjaAPI):
    """An API whose document includes the headers of its responses."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the document."""
        schema = super().get_openapi_schema(**options)
        for calls in schema["paths"].values():
            for call in calls.values():
                _add_headers(call)
        return schema


def _add_headers(call: dict[str, Any]) -> None:
    responses: dict[int, dict[str, Any]] = call["responses"]
    responses[401]["headers"], responses[429]["headers"] = AUTHENTICATE_HEADER, RETRY_AFTER
    if any(parameter["name"] == HEADER for parameter in call["parameters"]):
        for status in (200, 201):
            if status in responses:
                responses[status]["headers"] = REPLAYED_HEADER
