"""Addresses that open one private object of S3 for a time: signature version 4 in the query string. Pure.

botocore signs too, but takes longer over the pictures of one page than the page takes over everything else.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
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
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        day = stamp[:8]
        scope = f"{day}/{self.region}/s3/aws4_request"
        query = _query({**asked, **self._own(scope, stamp, seconds)})
        place = urlsplit(address)
        host = place.netloc.lower().removesuffix(UNNAMED_PORTS[place.scheme])
        request = f"GET\n{place.path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}"
        signature = _hmac(_key(self.secret_key, day, self.region), text).hex()
        return f"{address}?{query}&X-Amz-Signature={signature}"

    def _own(self, scope: str, stamp: str, seconds: int) -> dict[str, str]:
        own = {
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": f"{self.access_key}/{scope}",
            "X-Amz-Date": stamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        return own | {"X-Amz-Security-Token": self.token} if self.token else own


def _query(parameters: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='-_.~')}" for name, value in sorted(parameters.items()))


@lru_cache(maxsize=8)
def _key(secret_key: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
