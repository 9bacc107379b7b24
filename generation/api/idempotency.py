"""`Idempotency-Key`: repeating a request within a day creates nothing new (skyreels-api.md, section 5)."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from generation.api.authentication import Caller
from generation.api.errors import Conflict, Invalid
from generation.models import IdempotencyKey, Job

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LIFETIME = timedelta(hours=24)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,191}")


def idempotent_create(
    request: HttpRequest, caller: Caller, *, endpoint: str, make: Callable[[UUID], Job]
) -> tuple[Job, bool]:
    """Return the job that this request creates, or created before under the same key, and whether it existed.

    `make` receives the `form_key` of the job; when it raises, the key stays unused. Raise Invalid for an invalid key,
    and Conflict for one that was used with another body.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return make(uuid4()), False
    if not _VISIBLE.fullmatch(key):
        raise Invalid(HEADER, f"{HEADER} must be 1 to 191 visible ASCII characters.")
    with transaction.atomic():
        row = _find_or_create(caller.user, endpoint, key, _request_hash(request))
        made = Job.objects.filter(form_key=row.form_key).first()
        if made is None:
            return make(row.form_key), False
    if not caller.jobs.filter(pk=made.pk).exists():
        raise _key_reused()
    return made, True


def _find_or_create(user: User, endpoint: str, key: str, body_sha256: str) -> IdempotencyKey:
    """Return the key's row, new or with the same body. Concurrent requests with the same key wait for the caller's
    transaction. Raise Conflict."""
    IdempotencyKey.objects.filter(user=user, made_at__lt=timezone.now() - LIFETIME).delete()
    row, _ = IdempotencyKey.objects.get_or_create(
        user=user, endpoint=endpoint, key=key, defaults={"body_sha256": body_sha256}
    )
    if row.body_sha256 != body_sha256:
        raise _key_reused()
    return row


def _request_hash(request: HttpRequest) -> str:
    """Return the hash of path and body, since both may contain parameters."""
    return hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _key_reused() -> Conflict:
    return Conflict("idempotency_key_reused", f"This {HEADER} was used for another request.", param=HEADER)
