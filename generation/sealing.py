"""Secrets at rest: a keyed hash to look a secret up, and an encrypted copy from which it can be shown again.

Both need the installation's secret key, so that the database alone, or a backup of it, gives no access. A retired key
still works while it is in `SECRET_KEY_FALLBACKS`; `key_id` identifies the rows to seal again.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_ID_LENGTH = 16


class CannotUnseal(Exception):
    """The secret was sealed with a key that the installation no longer has."""


def key_id(purpose: str) -> str:
    """Return an identifier of the current key, from which the key cannot be derived."""
    return _derived(settings.SECRET_KEY, purpose, "key id").hex()[:KEY_ID_LENGTH]


def fingerprint(purpose: str, secret: str) -> str:
    """Return the secret's keyed hash under the current key: 64 hexadecimal digits."""
    return _fingerprint(settings.SECRET_KEY, purpose, secret)


def fingerprints(purpose: str, secret: str) -> list[str]:
    """Return the secret's keyed hashes under the current key and the fallback keys."""
    return [_fingerprint(key, purpose, secret) for key in _keys()]


def seal(purpose: str, secret: str) -> str:
    """Encrypt a secret under the current key."""
    return _fernet(settings.SECRET_KEY, purpose).encrypt(secret.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Decrypt a sealed secret. Raise CannotUnseal."""
    known = MultiFernet([_fernet(key, purpose) for key in _keys()])
    try:
        return known.decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise CannotUnseal from error


def _keys() -> list[str]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _fingerprint(key: str, purpose: str, secret: str) -> str:
    return hmac.new(_derived(key, purpose, "hash"), secret.encode(), hashlib.sha256).hexdigest()


def _fernet(key: str, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(key, purpose, "encryption")))


@lru_cache(maxsize=64)
def _derived(key: str, purpose: str, use: str) -> bytes:
    """Derive a separate key for each purpose and use, so that they are independent of each other."""
    info = f"backlot.{purpose}.{use}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key.encode())
