"""Replace the storage keys of a plan by URLs: unsigned ones to show and check, signed ones to send."""

from collections.abc import Callable
from typing import Any

from generation import gateway
from generation.composition.request_builder import STORAGE_PREFIX, Plan
from generation.skyreels import schemas
from library import storage

FILE_FIELDS = {"first_frame_image", "end_frame_image", "image_url", "image_urls", "audio_url", "video_url"}


def with_plain_urls(plan: Plan) -> Plan:
    """Return the request with unsigned URLs, which do not give access to the files."""
    shown: Plan = _with_urls(plan, storage.plain_url)
    return shown


def freeze(plan: Plan, *, webhook: str = "") -> bytes:
    """Return the exact bytes to send in the provider's dialect, with URLs that are valid for a day.

    The provider calls `webhook` when the render has ended. Raise InvalidRequest when the plan breaks a rule, which
    composing has ruled out.
    """
    extra = {"webhook": webhook} if webhook else {}
    return gateway.frozen_body(schemas.parse_request(_with_urls(plan, storage.provider_url) | extra))


def _with_urls(value: Any, url_of: Callable[[str], str], *, is_file: bool = False) -> Any:
    if isinstance(value, dict):
        return {name: _with_urls(part, url_of, is_file=name in FILE_FIELDS) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_urls(part, url_of, is_file=is_file) for part in value]
    is_ours = is_file and isinstance(value, str) and value.startswith(STORAGE_PREFIX)
    return url_of(value.removeprefix(STORAGE_PREFIX)) if is_ours else value
