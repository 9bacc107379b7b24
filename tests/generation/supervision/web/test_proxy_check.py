"""`manage.py doctor` through a proxy: what is wrong is named with its setting."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from generation.supervision.health import checks, proxy_check
from generation.supervision.web.application import REFUSED
from library.trusted_proxies import TrustedProxies
from tests.generation.supervision.web.conftest import ANONYMOUS, SIGNED_IN, Server, serving

NGINX = "/nginx"
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def behind(settings, tmp_path) -> Callable[..., Any]:
    """The pages behind a proxy that changes what it passes on."""

    @contextmanager
    def open_(*changes: Change) -> Iterator[Server]:
        pages = get_wsgi_application()

        def app(environ, start_response):
            for change in changes:
                change(environ)
            if environ["PATH_INFO"] == NGINX:
                start_response("413 Request Entity Too Large", [("Content-Type", "text/html")])
                return [b"<center>nginx</center>"]
            return pages(environ, start_response)

        with serving(app, tmp_path) as server:
            settings.PUBLIC_URL = f"http://127.0.0.1:{server.port}"
            settings.MAX_ANONYMOUS_BYTES, settings.MAX_UPLOAD_BYTES = ANONYMOUS, SIGNED_IN
            settings.TRUSTED_PROXIES = TrustedProxies.one_hop("127.0.0.0/8")
            yield server

    return open_


def good(environ: dict[str, Any]) -> None:
    environ["HTTP_X_FORWARDED_FOR"] = "198.51.100.7"
    environ["HTTP_X_FORWARDED_PROTO"] = "http"


def test_a_good_proxy(behind) -> None:
    with behind(good):
        check = checks.proxy_ok()
    assert check.ok, check.detail


@pytest.mark.parametrize(
    ("change", "setting"),
    [
        (lambda environ: environ.update({"HTTP_HOST": "127.0.0.1:1"}), "`Host`"),
        (lambda environ: environ.update({"HTTP_HOST": "elsewhere.example"}), "BACKLOT_ALLOWED_HOSTS"),
        (
            lambda environ: environ.update({"HTTP_X_FORWARDED_FOR": proxy_check.FORGED}),
            "overwrite `X-Forwarded-For`",
        ),
        (lambda environ: environ.pop("HTTP_X_FORWARDED_FOR"), "set `X-Forwarded-For`"),
    ],
)
def test_what_a_proxy_gets_wrong_is_named(behind, change: Change, setting: str) -> None:
    with behind(good, change):
        check = checks.proxy_ok()
    assert not check.ok
    assert setting in check.detail


def test_a_scheme_that_is_not_passed_on_is_named(behind, settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

    def says_https(environ: dict[str, Any]) -> None:
        environ["HTTP_X_FORWARDED_PROTO"] = "https"

    with behind(good, says_https):
        check = checks.proxy_ok()
    assert "X-Forwarded-Proto" in check.detail


def test_a_proxy_with_a_smaller_limit_is_named(behind) -> None:
    def limits(environ: dict[str, Any]) -> None:
        if environ.pop(REFUSED, None):
            environ["PATH_INFO"] = NGINX

    with behind(good, limits):
        check = checks.proxy_ok()
    assert "client_max_body_size" in check.detail


def test_nobody_there_and_somebody_else(behind, settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    assert "BACKLOT_PUBLIC_URL" in checks.proxy_ok().detail
    with behind(good, lambda environ: environ.pop("HTTP_X_BACKLOT_DOCTOR", None)):
        assert "not this installation" in checks.proxy_ok().detail


def test_strangers_learn_nothing(behind) -> None:
    with behind(good) as server:
        asked = httpx.get(f"http://127.0.0.1:{server.port}/healthz", headers={proxy_check.HEADER: "guess"})
    assert asked.text == "ok"
