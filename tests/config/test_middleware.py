"""Headers of every kind of response, and what a body that broke off is answered."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.test import Client, RequestFactory

from config.middleware import AnswerBrokenUploads
from library.models import Project

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
OFF = ("camera", "microphone", "geolocation", "display-capture", "usb", "payment")


@pytest.fixture
def log_lines() -> Iterator[list[str]]:
    """What the console's own handler writes."""
    console = logging.getLogger().handlers[0]
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(console.format(record))

    kept = Kept()
    kept.filters = list(console.filters)
    logging.getLogger().addHandler(kept)
    yield lines
    logging.getLogger().removeHandler(kept)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/login/", 200),
        ("/", 302),
        ("/nowhere/", 404),
        ("/healthz", 200),
        ("/static/none.css", 404),
        ("/api/v1/projects", 401),
        ("/v1/tasks/x", 401),
        ("/api/v1/none", 404),
        ("/v1/openapi.json", 200),
        ("/admin/login/", 200),
        ("/s/none/", 404),
        ("/hooks/skyreels/none/callback", 405),
    ],
)
def test_every_kind_of_response_has_the_headers(client: Client, db: None, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert_headers(answer)


def test_static_files_have_the_headers(settings: Any, db: None) -> None:
    """whitenoise answers by itself, before most of the middleware."""
    file = settings.STATIC_ROOT / "whole.svg"
    file.write_text("<svg/>")
    try:
        answer = Client().get("/static/whole.svg")
        assert b"".join(answer) == b"<svg/>"
        answer.close()
    finally:
        file.unlink()
    assert answer.status_code == 200
    assert_headers(answer)


def assert_headers(answer: Any) -> None:
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    policy = answer.headers["Permissions-Policy"].split(", ")
    assert {f"{name}=()" for name in OFF} <= set(policy)
    assert "fullscreen=(self)" in policy
    assert "Content-Security-Policy" in answer.headers


def test_an_error_of_ours_has_the_headers_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("generation.views.health.HttpResponse", broken)
    client.raise_request_exception = False
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert_headers(answer)


def test_a_refusal_is_one_line_in_the_log(
    client: Client, vera: User, project: Project, log_lines: list[str]
) -> None:
    client.force_login(vera)
    assert client.get(f"/projects/{project.slug}/edit/").status_code == 403
    assert client.post("/login/", {f"field{number}": "x" for number in range(2000)}).status_code == 400
    assert client.get("/nowhere/").status_code == 404
    assert len(log_lines) >= 3
    assert [line for line in log_lines if "\n" in line or "Traceback" in line] == []


def test_a_body_that_broke_off_is_a_bad_request() -> None:
    def unused(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    request = RequestFactory().post("/")
    answer = AnswerBrokenUploads(unused).process_exception(request, UnreadablePostError("gone"))
    assert answer is not None
    assert answer.status_code == 400
    assert AnswerBrokenUploads(unused).process_exception(request, ValueError()) is None
