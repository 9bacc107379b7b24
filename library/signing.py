"""Addresses that open one private object of S3 for a time: signature version 4 in the query string. Pure.

botocore signs too, but takes longer over the pictures of one page than the page takes over everything else.
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
UNNAMED_PORTS = {"http": ":80", "https": ":443"}  # which no browser names in its request


@dataclass(frozen=True)
class Signer:
    """Who signs, and for which region. `token` comes with credentials that are lent for a while."""

    access_key: str
    secret_key: str
    region: str
    token: str | None = None

    def signed(self, address: str, asked: Mapping[str, str], *, at: datetime, seconds: int) -> str:
        """`address` is percent-encoded and without a query; `asked` are the parameters to add to it; it opens from
        `at`, a time in UTC, for `seconds`."""
        return _signed(self, address, tuple(asked.items()), at, seconds)


# Those of one time are asked for again and again: a page has hundreds, and every page that follows has the same ones.
@lru_cache(maxsize=8192)
def _signed(
    signer: Signer, address: str, asked: tuple[tuple[str, str], ...], at: datetime, seconds: int
) -> str:
    terms = _terms(signer, at, seconds)
    query = "&".join(f"{name}={value}" for name, value in sorted([*terms.own, *_quoted(dict(asked))]))
    place = urlsplit(address)
    host = place.netloc.lower().removesuffix(UNNAMED_PORTS[place.scheme])
    request = f"GET\n{place.path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signature = _hmac(terms.key, f"{ALGORITHM}\n{terms.stamp}\n{terms.scope}\n{digest}").hex()
    return f"{address}?{query}&X-Amz-Signature={signature}"


class _Terms(NamedTuple):
    """What is the same for all addresses that one signer signs at one time: a page has hundreds of them."""

    stamp: str
    scope: str
    key: bytes
    own: list[tuple[str, str]]


@lru_cache(maxsize=32)
def _terms(signer: Signer, at: datetime, seconds: int) -> _Terms:
    stamp = at.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{signer.region}/s3/aws4_request"
    own = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": f"{signer.access_key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(seconds),
        "X-Amz-SignedHeaders": "host",
    }
    lent = {"X-Amz-Security-Token": signer.token} if signer.token else {}
    return _Terms(stamp, scope, _key(signer.secret_key, stamp[:8], signer.region), _quoted(own | lent))


def _quoted(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, quote(value, safe="-_.~")) for name, value in parameters.items()]


def _key(secret_key: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
