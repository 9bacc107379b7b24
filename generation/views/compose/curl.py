"""A request in the configured provider's format, and the curl command that sends it; never with our key."""

import json
import shlex

from django.conf import settings

from generation import gateway
from generation.composition import Composition
from generation.skyreels import schemas
from generation.skyreels.providers import Call
from generation.views.compose.prompts import request_json

KEY_PLACEHOLDER = "PUT-YOUR-KEY-HERE"
KEY_VARIABLE = '"$SKYREELS_API_KEY"'


def request_and_curl(composition: Composition) -> tuple[str, str]:
    """Return the body in the provider's dialect as indented JSON, and the command that sends it with a key from the
    environment. A request with errors has no command and is shown as far as it is complete."""
    if not composition.ok:
        return request_json(composition.preview()), ""
    provider = gateway.provider()
    body = provider.body(schemas.parse_request(composition.preview()))
    call = provider.submit_call(body, idempotency_key="", api_key=KEY_PLACEHOLDER)
    base = settings.SKYREELS_BASE_URL.removesuffix(provider.root)
    return request_json(body), _curl(f"{base}{call.path}", call)


def _curl(url: str, call: Call) -> str:
    headers = [f"{name.title()}: {value}" for name, value in call.headers.items() if value]
    body = json.dumps(json.loads(call.content), indent=2, ensure_ascii=False)
    words = [
        f"curl {shlex.quote(url)}",
        *(f"-H {_quoted(header)}" for header in headers),
        f"-d {_quoted(body)}",
    ]
    return " \\\n  ".join(words)


def _quoted(text: str) -> str:
    """Return the text as one shell word in which the shell replaces the key."""
    return shlex.quote(text).replace(KEY_PLACEHOLDER, f"'{KEY_VARIABLE}'")
