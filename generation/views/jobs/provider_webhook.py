"""Where the provider calls when a render has ended (skyreels-api.md, section 6).

A call is a wake-up and nothing else: whoever finds an address can have a task asked about once more. What is said in
the body is not read, since nobody signed it.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from generation import lifecycle
from generation.views.shared.retry_later import refuse_unknown

MOST = 256 * 1024  # bytes of a body


@login_not_required
@csrf_exempt
@require_POST
def skyreels(request: HttpRequest, token: str) -> HttpResponse:
    """200 for each address that we gave out, however often it is called; 404 for all others."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST:
        return HttpResponse("too large", status=413, content_type="text/plain")
    known = lifecycle.called_back(token)
    if not known and (refusal := refuse_unknown(request, "hook")):
        return refusal
    return HttpResponse("ok" if known else "unknown", status=200 if known else 404, content_type="text/plain")
