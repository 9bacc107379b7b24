"""Health and metrics endpoints for monitoring."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from generation.supervision.health import checks as health
from generation.supervision.health import proxy_check
from generation.supervision.health.checks import Check
from generation.supervision.health.schema_check import schema_ok
from generation.supervision.metrics import figures, prometheus
from generation.views.shared.retry_later import refuse_unknown


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Report that the process is up, and to this installation's `manage.py doctor` also how its request arrived."""
    if proxy_check.is_asked_for(request):
        return JsonResponse(proxy_check.as_received(request))
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Report whether the components respond and work is being done; 503 with the names of failed checks if not.

    Details (network addresses, counts, jobs) are only for administrators and for clients that send the metrics token.
    """
    has_token = _has_token(request)
    if (
        not has_token
        and "Authorization" in request.headers
        and (refusal := refuse_unknown(request, "metrics"))
    ):
        return refusal
    checks = [health.database_ok(), schema_ok(), health.storage_ok(), *health.work_ok()]
    # The session and the user are read from the database.
    can_load_user = checks[0].ok and checks[1].ok
    in_full = has_token or (can_load_user and getattr(request.user, "is_staff", False))
    report = {check.name: _shown(check, in_full=in_full) for check in checks}
    return JsonResponse(report, status=200 if all(check.ok for check in checks) else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures for Prometheus to clients with the configured token; 404 if no token is configured."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not _has_token(request):
        if refusal := refuse_unknown(request, "metrics"):
            return refusal
        return _plain("Send the token of BACKLOT_METRICS_TOKEN: Authorization: Bearer …", status=401)
    try:
        read = figures.read()
    except Error:
        return _plain("The database does not respond.", status=503)
    return HttpResponse(prometheus.written(read), content_type=prometheus.CONTENT_TYPE)


def _has_token(request: HttpRequest) -> bool:
    """Return whether the request carries the metrics token; always False if none is configured."""
    sent = request.headers.get("Authorization", "")
    return bool(settings.METRICS_TOKEN) and constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}")


def _shown(check: Check, *, in_full: bool) -> dict[str, Any]:
    return {"ok": check.ok, "detail": check.detail} if in_full else {"ok": check.ok}


def _plain(text: str, *, status: int) -> HttpResponse:
    challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8", headers=challenge)
