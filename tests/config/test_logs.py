"""What a log line looks like, and that nothing which opens something stands in it."""

import json
import logging
import sys

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, UnreadablePostError

from config.logs import LONGEST, ClientErrors, Json, Line, shortened, without_secrets

SECRET = "of-this-installation-alone"


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("backlot.jobs", logging.INFO, __file__, 1, message, args, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GET https://s3.example/a.png?X-Amz-Date=1&X-Amz-Signature=0a1b2c&x=1", "0a1b2c"),
        ("https://s3.example/a?X-Amz-Credential=KEYID%2F2026&X-Amz-Signature=ff", "KEYID"),
        ('{"image_url": "https://s3.example/a?X-Amz-Signature=beef01"}', "beef01"),
        ("Signature:\n0123456789abcdef0123456789abcdef", "0123456789abcdef"),
        ("AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0123456789abcdef0123", "0123456789abcdef"),
        ("https://cdn.example/a.mp4?Expires=1&Signature=ab-cd~ef__gh&Key-Pair-Id=APKA", "ab-cd~ef__gh"),
        ("https://cdn.example/a.mp4?e=1&token=ab-cd:ef", "ab-cd:ef"),
        ("https://cdn.example/a.mp4?sig=ab%2Fcd&x=1", "ab%2Fcd"),
        ("https://cdn.example/a.mp4?auth_key=17-0-0-0a1b2c", "0a1b2c"),
        ("https://storage.example/a.mp4?X-Goog-Signature=0a1b2c", "0a1b2c"),
        ("{'Authorization': 'Bearer sk-4711-abc'}", "sk-4711"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ('{"api_key": "sk-4711", "prompt": "harbour"}', "sk-4711"),
        (r'b"{\"api_key\": \"sk-4711\"}"', "sk-4711"),
        ("SKYREELS_API_KEY=sk-4711", "sk-4711"),
        ("{'aws_secret_access_key': 'sk-4711'}", "sk-4711"),
        ("postgres://backlot:sk-4711@db.example/backlot", "sk-4711"),
        ("token bl_abcdefghijklmnopqrstuvwxyz0123 was sent", "abcdefghijkl"),
        ("Not Found: /hooks/skyreels/Zm9vYmFy_x-1/callback", "Zm9vYmFy"),
        ("Forbidden: /s/Zm9vYmFy_x-1/takes/", "Zm9vYmFy"),
        ("Not Found: /unsubscribe/MQ:Zm9vYmFy_x-1/", "Zm9vYmFy"),
    ],
)
def test_what_opens_something_is_blanked(said: str, written: str) -> None:
    assert written in said
    assert written not in without_secrets(said)


def test_what_tells_something_stays() -> None:
    told = "job 12 running: 40 %; GET https://s3.example/takes/7f.mp4?part=2, 3 tokens, signature version 4"
    assert without_secrets(told) == told
    assert (
        without_secrets("Not Found: /hooks/skyreels/Zm9v/callback") == "Not Found: /hooks/skyreels/…/callback"
    )


def test_a_line_is_one_line() -> None:
    line = Line(secrets=[SECRET, ""])
    assert line.format(record("job %s: %s", 7, "all\nERROR forged")) == (
        "INFO backlot.jobs job 7: all\\nERROR forged"
    )
    assert line.format(record(f"the key is {SECRET}")) == "INFO backlot.jobs the key is …"


@pytest.mark.parametrize("form", [Line, Json])
def test_a_traceback_is_told_without_secrets(form: type[Line]) -> None:
    try:
        int(f"GET /a?X-Amz-Signature=0a1b2c with {SECRET}")
    except ValueError:
        failed = record("it broke down", exc_info=sys.exc_info())
    written = form(secrets=[SECRET]).format(failed)
    assert ["ValueError: " in written, "/a?X-Amz-Signature=…" in written, "test_logs.py" in written] == [
        True
    ] * 3
    assert (SECRET in written, "0a1b2c" in written) == (False, False)


def test_json_has_the_job_and_one_object_a_line() -> None:
    written = Json(secrets=[SECRET]).format(record('said "no"\nand %s', SECRET, job=7, created=0.0))
    assert written.count("\n") == 0
    assert json.loads(written) == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "INFO",
        "logger": "backlot.jobs",
        "message": 'said "no"\nand …',
        "job": 7,
    }


@pytest.mark.parametrize(
    "piece",
    [
        "a+",
        "+a",
        "/hooks/a",
        "/s/",
        "?token",
        "&sig=",
        "signature: ",
        "bearer ",
        "password = ",
        "://a:",
        "bl_",
        "%3d",
    ],
)
def test_a_long_message_is_shortened_and_no_secret_of_it_is_left(piece: str) -> None:
    """Quadratic patterns took minutes for this; `bench_hostile_input` has the ratio."""
    said = f"Not Found: /{piece * 40_000}?token=sk-4711-{SECRET}-sk-4711 "
    for form in (Line(secrets=[SECRET]), Json(secrets=[SECRET])):
        written = form.format(record("%s", said))
        assert len(written) < LONGEST + 200
        assert (SECRET in written, "sk-4711" in written) == (False, False)


def test_no_secret_slips_through_where_a_long_message_is_cut() -> None:
    """Every position at which the cut could fall inside of the secret."""
    hook = "/hooks/skyreels/" + "k" * 43 + "/callback"
    for before in range(LONGEST // 2 - 80, LONGEST // 2 + 2):
        written = shortened(without_secrets("x" * before + f" {hook} " + "y" * LONGEST))
        assert "kk" not in written


def answered(status: int | None, error: Exception) -> str:
    """The line for an error that was answered with this status, as Django logs it."""
    made = record("Forbidden: %s", "/projects/x/", exc_info=(type(error), error, None))
    if status:
        made.__dict__["status_code"] = status
    assert ClientErrors().filter(made)
    return Line(secrets=[]).format(made)


def test_what_a_client_did_wrong_has_no_traceback() -> None:
    for status, error in (
        (403, PermissionDenied("no")),
        (400, SuspiciousOperation("odd")),
        (404, Http404("x")),
    ):
        assert answered(status, error) == "INFO backlot.jobs Forbidden: /projects/x/"
    assert answered(500, UnreadablePostError("gone")) == "INFO backlot.jobs Forbidden: /projects/x/"
    assert "ValueError: ours" in answered(500, ValueError("ours"))
    assert "ValueError: ours" in answered(None, ValueError("ours"))
