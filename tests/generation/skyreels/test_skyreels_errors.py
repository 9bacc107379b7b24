"""What each failure lets the caller do next (skyreels-api.md section 3), told by a real server."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler

import httpx
import pytest

from generation.skyreels.client import SkyReelsClient
from generation.skyreels.errors import (
    BalanceExhausted,
    Indeterminate,
    InProgress,
    KeyRejected,
    NotSent,
    OutcomeUnknown,
    Paused,
    Refused,
    SkyReelsError,
    Unavailable,
    UnknownTask,
)
from tests.generation.skyreels.local_gateway import (
    KEY,
    Gateway,
    break_off,
    close_connection,
    reset_connection,
    say_nothing,
    talk_nonsense,
)

HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


def error(code: object = "", message: str = "", **more: object) -> dict[str, object]:
    return {"error": {"code": code, "message": message, "type": "t", **more}}


# status, body, what a submit raises, what a query raises
TABLE: list[tuple[int, object, type[SkyReelsError], type[SkyReelsError]]] = [
    (400, error("bad", "no such size"), Refused, UnknownTask),
    (400, error("get_channel_failed", "no channel"), NotSent, Unavailable),
    (400, {"code": "get_channel_failed", "message": "no channel", "data": None}, NotSent, Unavailable),
    (400, {"error": "get_channel_failed: no channel"}, NotSent, Unavailable),
    (400, b"", Refused, UnknownTask),
    (400, HTML, Refused, UnknownTask),
    (401, error("invalid_api_key", "bad key"), KeyRejected, KeyRejected),
    (401, HTML, KeyRejected, KeyRejected),
    (402, error("insufficient_quota", "no balance"), BalanceExhausted, BalanceExhausted),
    (403, error("content_policy", "not allowed"), Refused, Unavailable),
    (404, error(404, "unknown"), Refused, UnknownTask),
    (408, b"", OutcomeUnknown, Unavailable),
    (409, error("idempotency_in_progress", "wait"), InProgress, Unavailable),
    (409, error("idempotency_key_reused", "other body"), Refused, Unavailable),
    (409, error("idempotency_result_indeterminate", "?"), Indeterminate, Unavailable),
    (409, error("", "conflict"), OutcomeUnknown, Unavailable),
    (409, HTML, OutcomeUnknown, Unavailable),
    (413, b"", Refused, Unavailable),
    (422, error("invalid_parameter", "duration", param="duration"), Refused, Unavailable),
    (429, error(429, "slow down"), NotSent, Unavailable),
    (429, b"", NotSent, Unavailable),
    (500, error("", "oops"), OutcomeUnknown, Unavailable),
    (500, error("", "build_request_failed: no prompt"), Refused, Unavailable),
    (500, error("build_request_failed", "no prompt"), Refused, Unavailable),
    (500, {"error": "build_request_failed: no prompt"}, Refused, Unavailable),
    (500, error("", "after build_request_failed"), OutcomeUnknown, Unavailable),
    (500, HTML, OutcomeUnknown, Unavailable),
    (502, HTML, OutcomeUnknown, Unavailable),
    (503, error("idempotency_unavailable", "later"), NotSent, Unavailable),
    (503, error("get_channel_failed", "no channel"), OutcomeUnknown, Unavailable),
    (503, b"", OutcomeUnknown, Unavailable),
    (504, HTML, OutcomeUnknown, Unavailable),
    (302, b"", Refused, Unavailable),
    (418, b"[" * 100_000, Refused, Unavailable),
    (520, b"\xff\xfe", OutcomeUnknown, Unavailable),
    (200, b"", OutcomeUnknown, Unavailable),
    (200, HTML, OutcomeUnknown, Unavailable),
    (200, {"code": 200, "data": []}, OutcomeUnknown, Unavailable),
    (200, error(500, "failed"), OutcomeUnknown, Unavailable),
]


def submit(client: SkyReelsClient) -> SkyReelsError:
    with pytest.raises(SkyReelsError) as raised:
        client.submit(b"{}", idempotency_key="job-1")
    return raised.value


def query(client: SkyReelsClient) -> SkyReelsError:
    with pytest.raises(SkyReelsError) as raised:
        client.task("task_1")
    return raised.value


@pytest.mark.parametrize(
    "case", TABLE, ids=lambda case: f"{case[0]}-{case[1] if isinstance(case[1], dict) else case[1][:9]!r}"
)
def test_each_answer_says_what_to_do_next(
    gateway: Gateway,
    client: SkyReelsClient,
    case: tuple[int, object, type[SkyReelsError], type[SkyReelsError]],
) -> None:
    status, body, on_submit, on_query = case
    gateway.answers(status, body, Location="/elsewhere")
    for failure, kind in ((submit(client), on_submit), (query(client), on_query)):
        assert type(failure) is kind
        assert failure.status_code == status
        assert failure.message == str(failure) != ""
        assert "<" not in failure.message
    assert len(gateway.heard) == 2


def test_the_tree() -> None:
    assert issubclass(KeyRejected, Paused)
    assert issubclass(BalanceExhausted, Paused)
    assert issubclass(UnknownTask, Refused)
    assert issubclass(InProgress, OutcomeUnknown)
    assert not issubclass(InProgress, NotSent)


@pytest.mark.parametrize(
    ("body", "code", "param", "message"),
    [
        (error("e1", "too dark", param="ref_images.0"), "e1", "ref_images.0", "too dark"),
        (error(1301, "too dark"), "1301", None, "too dark"),
        (error("", "too dark"), "", None, "too dark"),
        (error(None, "too dark", param=""), "", None, "too dark"),
        ({"error": "too dark"}, "", None, "too dark"),
        ({"error": "too dark", "code": 7}, "7", None, "too dark"),
        ({"code": "e1", "message": "too dark"}, "e1", None, "too dark"),
    ],
)
def test_what_the_gateway_says_is_passed_on(
    gateway: Gateway, client: SkyReelsClient, body: object, code: str, param: str | None, message: str
) -> None:
    gateway.answers(422, body)
    failure = submit(client)
    assert (failure.code, failure.param) == (code, param)
    assert failure.message == f"SkyReels refused the request: {message}."
    assert message in failure.raw


@pytest.mark.parametrize("charset", ["klingon", "hex", "zip", "utf-7", "undefined"])
def test_a_lying_content_type_is_not_believed(gateway: Gateway, client: SkyReelsClient, charset: str) -> None:
    content_type = f"text/html; charset={charset}"
    gateway.answers(409, error("idempotency_in_progress", "wait"), Content_Type=content_type)
    assert type(submit(client)) is InProgress


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 0), ("1.5", 1.5), ("-4", 0), ("999999", 1800)]
)
@pytest.mark.parametrize("status", [429, 409, 503])
def test_retry_after_in_seconds(
    gateway: Gateway, client: SkyReelsClient, status: int, header: str, seconds: float
) -> None:
    gateway.answers(status, error("idempotency_in_progress"), Retry_After=header)
    assert submit(client).retry_after == seconds
    assert query(client).retry_after == seconds


def test_retry_after_as_a_date(gateway: Gateway, client: SkyReelsClient) -> None:
    later = datetime.now(UTC) + timedelta(minutes=10)
    gateway.answers(429, b"", Retry_After=format_datetime(later, usegmt=True))
    pause = submit(client).retry_after
    assert pause is not None
    assert 500 < pause <= 600
    gateway.answers(429, b"", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT")
    assert submit(client).retry_after == 0


@pytest.mark.parametrize(
    "header",
    [
        "soon",
        "nan",
        "inf",
        "",
        "1e999",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Wed, 21 Oct 99999999999999999999 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 +99999999999999999999",
    ],
)
def test_an_unreadable_retry_after_is_none(gateway: Gateway, client: SkyReelsClient, header: str) -> None:
    gateway.answers(429, b"", Retry_After=header)
    assert submit(client).retry_after is None


def test_keys_and_signatures_are_blanked_in_a_failed_task(gateway: Gateway, client: SkyReelsClient) -> None:
    said = f"{KEY}: cannot fetch https://s3.example/a.png?Signature=topsecret now"
    gateway.answers(200, {"data": {"status": "failed", "error": {"code": KEY, "message": said}}})
    failed = client.task("task_1").error
    assert failed is not None
    assert (failed.code, failed.message) == (
        "[key]",
        "[key]: cannot fetch https://s3.example/a.png?[query] now",
    )


def test_keys_and_signatures_are_blanked(gateway: Gateway, client: SkyReelsClient) -> None:
    said = (
        f"Bearer {KEY} or sk-other-key-123456 cannot fetch https://s3.example/a.png?Signature=topsecret now"
    )
    gateway.answers(422, error(KEY, said))
    failure = submit(client)
    for text in (failure.message, failure.raw, failure.code, str(failure), repr(failure)):
        assert [word for word in (KEY, "sk-other", "topsecret") if word in text] == []
    assert "https://s3.example/a.png?[query] now" in failure.raw


def test_a_key_cut_by_the_limit_is_blanked_too(gateway: Gateway, client: SkyReelsClient) -> None:
    gateway.answers(500, b"x" * 1990 + KEY.encode() + b"y" * 5000)
    failure = submit(client)
    assert len(failure.raw) == 2000
    assert failure.raw.endswith("[key]yyyyy")


@pytest.mark.parametrize("misbehave", [reset_connection, close_connection, break_off, talk_nonsense])
def test_a_line_that_breaks_after_sending_leaves_the_outcome_unknown(
    gateway: Gateway, client: SkyReelsClient, misbehave: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    gateway.misbehave = misbehave
    failure = submit(client)
    assert (type(failure), failure.status_code) == (OutcomeUnknown, None)
    assert type(query(client)) is Unavailable
    assert [heard.method for heard in gateway.heard] == ["POST", "GET"]


def test_silence_leaves_the_outcome_unknown(gateway: Gateway) -> None:
    gateway.misbehave = say_nothing
    with httpx.Client(timeout=0.2, trust_env=False) as http:
        client = SkyReelsClient(http, base_url=gateway.url, api_key=KEY)
        assert type(submit(client)) is OutcomeUnknown
        assert type(query(client)) is Unavailable
    gateway.released.set()


def test_an_answer_that_cannot_be_unpacked_leaves_the_outcome_unknown(
    gateway: Gateway, client: SkyReelsClient
) -> None:
    gateway.answers(200, b"no gzip at all", Content_Encoding="gzip")
    assert type(submit(client)) is OutcomeUnknown
    assert type(query(client)) is Unavailable


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port whose queue of callers is full: connecting takes for ever."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):
            caller = stack.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_nobody_there_means_not_sent(http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=f"http://127.0.0.1:{closed_port()}", api_key=KEY)
    assert type(submit(client)) is NotSent
    assert type(query(client)) is Unavailable


def test_an_unknown_host_means_not_sent(http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url="http://gateway.invalid", api_key=KEY)
    assert type(submit(client)) is NotSent
    assert type(query(client)) is Unavailable


def test_a_host_that_does_not_pick_up_means_not_sent(deaf_port: int) -> None:
    with httpx.Client(timeout=0.3, trust_env=False) as http:
        client = SkyReelsClient(http, base_url=f"http://127.0.0.1:{deaf_port}", api_key=KEY)
        failure = submit(client)
        assert type(failure) is NotSent
        assert "connect timeout" in failure.message
        assert type(query(client)) is Unavailable


def test_tls_that_fails_means_not_sent(gateway: Gateway, http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=gateway.url.replace("http:", "https:"), api_key=KEY)
    assert type(submit(client)) is NotSent


def test_a_full_pool_means_not_sent(gateway: Gateway) -> None:
    gateway.answers(200, b"x")
    with (
        httpx.Client(timeout=0.2, limits=httpx.Limits(max_connections=1), trust_env=False) as http,
        http.stream("GET", gateway.url),
    ):
        client = SkyReelsClient(http, base_url=gateway.url, api_key=KEY)
        assert type(submit(client)) is NotSent
        assert type(query(client)) is Unavailable
    assert [heard.method for heard in gateway.heard] == ["GET"]


def test_reasons_are_plain_words(http: httpx.Client) -> None:
    client = SkyReelsClient(http, base_url=f"http://127.0.0.1:{closed_port()}", api_key=KEY)
    assert re.fullmatch(r"SkyReels could not be reached; .* \(connect error\)\.", submit(client).message)
