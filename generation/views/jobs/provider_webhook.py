"""The webhook that the provider calls when a render has ended (skyreels-api.md, section 6).

A call only makes the job due for a poll. Its body is not signed and therefore not read, so somebody who finds a URL
can only cause an extra query.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from generation import lifecycle
from generation.views.shared.retry_later import refuse_unknown

MAX_BODY_BYTES = 256 * 1024


@login_not_required
@csrf_exempt
@require_POST
def skyreels(request: HttpRequest, token: str) -> HttpResponse:
    """Respond with 200 to each URL that we issued, however often it is called, and with 404 to all others."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        return HttpResponse("too large", status=413, content_type="text/plain")
    known = lifecycle.handle_provider_webhook(token)
    if not known and (refusal := refuse_unknown(request, "hook")):
        return refusal
    return HttpResponse("ok" if known else "unknown", status=200 if known else 404, content_type="text/plain")
