"""Sessions stored under the hash of their key; only the cookie contains the key.

Django stores the key itself, so that anyone who can read the table or a backup could take over every session.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.contrib.sessions.models import Session
from django.utils import timezone

DIGEST_BYTES = 20  # 40 hexadecimal digits, the length of the column


def row_key(session_key: str) -> str:
    """Return the key of the row. A session key is long and random, so a plain hash is enough."""
    return hashlib.blake2s(session_key.encode(), digest_size=DIGEST_BYTES, person=b"session").hexdigest()


class SessionStore(db.SessionStore):
    """Django's sessions in the database, found by the hash of their key."""

    def _get_session_from_db(self) -> Session | None:
        found = self._rows(self.session_key or "").filter(expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    async def _aget_session_from_db(self) -> Session | None:
        found = await self._rows(self.session_key or "").filter(expire_date__gt=timezone.now()).afirst()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Return whether a session has this key."""
        return self._rows(session_key).exists()

    async def aexists(self, session_key: str) -> bool:
        """Return whether a session has this key."""
        return await self._rows(session_key).aexists()

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the unsaved row of this session."""
        row = super().create_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    async def acreate_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the unsaved row of this session."""
        row = await super().acreate_model_instance(data)
        row.session_key = row_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session of this key, or this one."""
        if key := session_key or self.session_key:
            self._rows(key).delete()

    async def adelete(self, session_key: str | None = None) -> None:
        """Delete the session of this key, or this one."""
        if key := session_key or self.session_key:
            await self._rows(key).adelete()

    def _rows(self, session_key: str) -> Any:
        return self.model.objects.filter(session_key=row_key(session_key))
