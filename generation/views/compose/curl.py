"""A request as it goes to the configured provider, and the same from a shell; never with a key of ours."""

import json
import shlex

from django.conf import settings

from generation import gateway
from generation.composition import Composition
from generation.skyreels import schemas
from generation.skyreels.providers import Call
from generation.views.compose.prompts import shown_request

KEY = "PUT-YOUR-KEY-HERE"
VARIABLE = '"$SKYREELS_API_KEY"'


def request_and_curl(composition: Composition) -> tuple[str, str]:
    """The body in the provider's dialect as indented JSON, and the command that sends it with a key from the
    environment. While a problem stands in the way there is no command, and the request is shown as far as it has come.
    """
    if not composition.ok:
        return shown_request(composition.preview()), ""
    provider = gateway.provider()
    body = provider.body(schemas.parse_request(composition.preview()))
    call = provider.submit_call(body, idempotency_key="", api_key=KEY)
    base = settings.SKYREELS_BASE_URL.removesuffix(provider.root)
    return shown_request(body), _curl(f"{base}{call.path}", call)


def _curl(address: str, call: Call) -> str:
    headers = [f"{name.title()}: {value}" for name, value in call.headers.items() if value]
    body = json.dumps(json.loads(call.content), indent=2, ensure_ascii=False)
    words = [
        f"curl {shlex.quote(address)}",
        *(f"-H {_quoted(one)}" for one in headers),
        f"-d {_quoted(body)}",
    ]
    return " \\\n  ".join(words)


def _quoted(text: str) -> str:
    """The text as one word of a shell that puts the key in its place."""
    return shlex.quote(text).replace(KEY, f"'{VARIABLE}'")
