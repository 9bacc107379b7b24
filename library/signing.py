"""Presigned S3 URLs with signature version 4 in the query string. Pure.

botocore can sign as well, but signing the thumbnails of a page with it takes longer than rendering the page.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
DEFAULT_PORTS = {"http": ":80", "https": ":443"}  # which browsers omit in the Host header


@dataclass(frozen=True)
class Signer:
    """Credentials and region. `token` belongs to temporary credentials."""

    access_key: str
    secret_key: str
    region: str
    token: str | None = None

    def sign(self, url: str, parameters: Mapping[str, str], *, at: datetime, seconds: int) -> str:
        """Return the URL with these parameters and a signature, valid from `at` (UTC) for `seconds`.

        `url` must be percent-encoded and without a query string.
        """
        return _sign(self, url, tuple(parameters.items()), at, seconds)


# Pages contain hundreds of signed URLs, and subsequent pages mostly the same ones.
@lru_cache(maxsize=8192)
def _sign(
    signer: Signer, url: str, parameters: tuple[tuple[str, str], ...], at: datetime, seconds: int
) -> str:
    scope = _scope(signer, at, seconds)
    query = "&".join(
        f"{name}={value}" for name, value in sorted([*scope.parameters, *_quoted(dict(parameters))])
    )
    parts = urlsplit(url)
    host = parts.netloc.lower().removesuffix(DEFAULT_PORTS[parts.scheme])
    request = f"GET\n{parts.path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _hmac(scope.key, f"{ALGORITHM}\n{scope.timestamp}\n{scope.name}\n{digest}").hex()
    return f"{url}?{query}&X-Amz-Signature={signature}"


class _Scope(NamedTuple):
    """The values that are the same for all URLs signed at one time."""

    timestamp: str
    name: str
    key: bytes
    parameters: list[tuple[str, str]]


@lru_cache(maxsize=32)
def _scope(signer: Signer, at: datetime, seconds: int) -> _Scope:
    timestamp = at.strftime("%Y%m%dT%H%M%SZ")
    name = f"{timestamp[:8]}/{signer.region}/s3/aws4_request"
    parameters = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{signer.access_key}/{name}",
        "X-Amz-Date": timestamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if signer.token:
        parameters["X-Amz-Security-Token"] = signer.token
    key = _key(signer.secret_key, timestamp[:8], signer.region)
    return _Scope(timestamp, name, key, _quoted(parameters))


def _quoted(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, quote(value, safe="-_.~")) for name, value in parameters.items()]


def _key(secret_key: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for component in (day, region, "s3", "aws4_request"):
        key = _hmac(key, component)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
