"""Create, find and revoke API tokens. Only the hash of a token is stored, never the token itself."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from generation.models import ApiToken
from library.models import Project

PREFIX = "bl_"
RANDOM_BYTES = 32
HINT_LENGTH = 9
NOTED_EVERY = timedelta(minutes=1)


def make(
    *, user: User, name: str, can_write: bool = True, project: Project | None = None
) -> tuple[ApiToken, str]:
    """Create a token for the user's API clients. Return it with its secret, which cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    made = ApiToken.objects.create(
        user=user,
        name=name,
        hint=secret[:HINT_LENGTH],
        sha256=hash_of(secret),
        can_write=can_write,
        project=project,
    )
    return made, secret


def find(secret: str) -> ApiToken | None:
    """Return the active token with this secret, with its user and project in the same query, or None."""
    tokens = ApiToken.objects.active().select_related("user", "project")
    return tokens.filter(sha256=hash_of(secret)).first()


def note_use(token: ApiToken) -> None:
    """Record the time of use, at most once a minute, so that read requests rarely write to the database."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(token: ApiToken) -> None:
    """Revoke the token; one that is already revoked keeps its date."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def hash_of(secret: str) -> str:
    """Return the hash to store. A token is long and random, so a plain SHA-256 is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
