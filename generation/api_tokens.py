"""API tokens: made, found by what a program sends, revoked. The token itself is never kept, only its hash."""

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
    """A new token for this person's programs, and its secret, which nobody can tell again."""
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
    """The token that a program sent, with its person and project, in one query. None when it opens nothing."""
    tokens = ApiToken.objects.active().select_related("user", "project")
    return tokens.filter(sha256=hash_of(secret)).first()


def note_use(token: ApiToken) -> None:
    """Writes down that it was used just now, at most once a minute, so that reading does not become writing."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at >= NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def revoke(token: ApiToken) -> None:
    """It opens nothing from now on; revoked before, it keeps its date."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now())


def hash_of(secret: str) -> str:
    """What is kept of a token. It is long and random, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
