"""Headers of every response, including error pages and static files."""

from collections.abc import Callable
from typing import Final

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseBase,
    UnreadablePostError,
)

# Browser features that no page uses. Unknown names would cause an error in the browser's console.
_OFF: Final = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "encrypted-media", "gamepad",
    "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer", "microphone", "midi",
    "otp-credentials", "payment", "screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip
_OWN: Final = ("autoplay", "clipboard-write", "fullscreen", "picture-in-picture")
PERMISSIONS_POLICY: Final = ", ".join([f"{name}=()" for name in _OFF] + [f"{name}=(self)" for name in _OWN])


def add_security_headers(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware that disables unused browser features and keeps other sites from embedding resources.

    It comes before middleware that responds itself (redirects to HTTPS, static files), so that those responses have
    the headers too. Django's SecurityMiddleware adds nosniff, Referrer-Policy and Cross-Origin-Opener-Policy.
    """

    def add(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return add


class ContentSecurityPolicy(CSPMiddleware):
    """The policy from the settings, with exceptions only on admin pages."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith("/admin/"):
            parts.replace = settings.ADMIN_CONTENT_SECURITY_POLICY | (parts.replace or {})
        return parts


class AnswerBrokenUploads:
    """Middleware that responds to an incomplete body with 400, instead of a server error with a traceback."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, UnreadablePostError):
            return HttpResponseBadRequest(
                "The request ended before it was complete.", content_type="text/plain"
            )
        return None
