"""Our signatures are those of botocore, whatever is signed."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from botocore.auth import SIGV4_TIMESTAMP, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from library.signing import Signer

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=20)
ENDPOINTS = [
    "http://127.0.0.1:8333",
    "http://media.example.org:80",
    "https://Media.example.org:443/behind/a/door",
    "https://[::1]:9000",
    "https://[::1]",
]


def of_botocore(signer: Signer, address: str, *, at: datetime, seconds: int) -> str:
    """The signature that botocore gives this address, with its query."""

    class At(S3SigV4QueryAuth):
        def add_auth(self, request: AWSRequest) -> None:
            request.context["timestamp"] = at.strftime(SIGV4_TIMESTAMP)
            self._modify_request_before_signing(request)
            text = self.string_to_sign(request, self.canonical_request(request))
            self._inject_signature_to_request(request, self.signature(text, request))

    request = AWSRequest(method="GET", url=address)
    credentials = Credentials(signer.access_key, signer.secret_key, signer.token)
    At(credentials, "s3", signer.region, expires=seconds).add_auth(request)
    return request.url


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("token", [None, "lent+for/a=while"])
@given(
    key=TEXT,
    name=st.none() | TEXT,
    secret=TEXT,
    at=st.integers(1_400_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
    seconds=st.integers(1, 604_800),
)
def test_it_signs_as_botocore_does(
    endpoint: str, token: str | None, key: str, name: str | None, secret: str, at: datetime, seconds: int
) -> None:
    signer = Signer("AKIA+KEY", secret, "eu-central-1", token)
    address = f"{endpoint}/backlot/media/{quote(key)}"
    asked = {"response-content-disposition": name} if name else {}
    ours = signer.sign(address, asked, at=at, seconds=seconds)
    query = f"?{urlencode(asked, quote_via=quote)}" if asked else ""
    theirs = of_botocore(signer, address + query, at=at, seconds=seconds)
    assert parse_qs(urlsplit(ours).query) == parse_qs(urlsplit(theirs).query)
    assert urlsplit(ours)[:3] == urlsplit(theirs)[:3]
