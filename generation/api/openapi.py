"""What ninja does not say of itself in the OpenAPI documents: headers of answers, and keys of requests."""

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from generation.api.idempotency import HEADER, REPLAYED

RETRY_AFTER = {"Retry-After": {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 1}}}
WHO_IS_IT = {"WWW-Authenticate": {"schema": {"type": "string", "const": "Bearer"}}}
WAS_REPLAYED = {
    REPLAYED: {
        "description": "`true`: made before under this key",
        "schema": {"type": "string", "const": "true"},
    }
}
KEYED: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": HEADER,
            "required": False,
            "description": "sent again within a day, the same request makes nothing new",
            "schema": {"type": "string", "pattern": "^[!-~]{1,191}$"},
            "example": "harbour-020-take-3",
        }
    ],
}


class Described(NinjaAPI):
    """An API whose document names the headers of its errors too."""

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        """The document."""
        schema = super().get_openapi_schema(**how)
        for calls in schema["paths"].values():
            for call in calls.values():
                _name_headers(call)
        return schema


def _name_headers(call: dict[str, Any]) -> None:
    answers: dict[int, dict[str, Any]] = call["responses"]
    answers[401]["headers"], answers[429]["headers"] = WHO_IS_IT, RETRY_AFTER
    if any(parameter["name"] == HEADER for parameter in call["parameters"]):
        for status in (200, 201):
            if status in answers:
                answers[status]["headers"] = WAS_REPLAYED
