"""`Idempotency-Key`: a request that is sent again within a day makes nothing new (skyreels-api.md, section 5)."""

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
KEPT_FOR = timedelta(hours=24)
_VISIBLE = re.compile(r"[\x21-\x7e]{1,191}")


def once(
    request: HttpRequest, caller: Caller, *, endpoint: str, make: Callable[[UUID], Job]
) -> tuple[Job, bool]:
    """The job that this request makes, or made before under the same key, and whether it did. `make` is given the
    `form_key` of the job; what it raises leaves the key unused.

    Raises Invalid for what is no key, and Conflict for one that came with another body.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction.atomic():
            return make(uuid4()), False
    if not _VISIBLE.fullmatch(key):
        raise Invalid(HEADER, f"{HEADER} must be 1 to 191 visible ASCII characters.")
    with transaction.atomic():
        kept = _kept(caller.user, endpoint, key, _hash_of(request))
        made = Job.objects.filter(form_key=kept.form_key).first()
        if made is None:
            return make(kept.form_key), False
    if not caller.jobs.filter(pk=made.pk).exists():
        raise _reused()
    return made, True


def _kept(user: User, endpoint: str, key: str, body_sha256: str) -> IdempotencyKey:
    """The key's row, new or of the same body, in the caller's transaction: of two requests at once the second waits.
    Raises Conflict."""
    IdempotencyKey.objects.filter(user=user, made_at__lt=timezone.now() - KEPT_FOR).delete()
    kept, _ = IdempotencyKey.objects.get_or_create(
        user=user, endpoint=endpoint, key=key, defaults={"body_sha256": body_sha256}
    )
    if kept.body_sha256 != body_sha256:
        raise _reused()
    return kept


def _hash_of(request: HttpRequest) -> str:
    """Of address and body: what is asked for may stand in either."""
    return hashlib.sha256(request.path.encode() + b"\n" + request.body).hexdigest()


def _reused() -> Conflict:
    return Conflict("idempotency_key_reused", f"This {HEADER} was used for another request.", param=HEADER)
