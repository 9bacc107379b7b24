"""From a plan to addresses: unsigned to show and to check, signed to send."""

from collections.abc import Callable
from typing import Any

from generation import gateway
from generation.composition.request_builder import OURS, Plan
from generation.skyreels import schemas
from library import storage

FILES = {"first_frame_image", "end_frame_image", "image_url", "image_urls", "audio_url", "video_url"}


def previewed(plan: Plan) -> Plan:
    """The request with plain addresses, without the signatures that make them work."""
    shown: Plan = _with_urls(plan, storage.plain_url)
    return shown


def freeze(plan: Plan, *, webhook: str = "") -> bytes:
    """The exact bytes to send in the provider's dialect, with addresses that open for a day; `webhook` is where the
    provider is to call when the render has ended.

    Raises InvalidRequest when the plan breaks a rule, which composing has ruled out.
    """
    called = {"webhook": webhook} if webhook else {}
    return gateway.frozen_body(schemas.parse_request(_with_urls(plan, storage.provider_url) | called))


def _with_urls(value: Any, url_of: Callable[[str], str], *, is_file: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _with_urls(part, url_of, is_file=name in FILES) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_urls(part, url_of, is_file=is_file) for part in value]
    ours = is_file and isinstance(value, str) and value.startswith(OURS)
    return url_of(value.removeprefix(OURS)) if ours else value
