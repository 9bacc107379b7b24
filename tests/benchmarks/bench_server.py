"""What the web server adds to a page: the event loop, the hop into a thread, the socket."""

import http.client
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from tests.generation.supervision.web.conftest import serving

PATH = "/healthz"  # next to nothing of it is the page
ROUNDS = 300
ADDED_MS = 2.0  # what is aimed at


def test_what_the_server_adds(tmp_path: Path) -> None:
    """The least of many rounds, which other programs on the machine disturb least."""
    pages = get_wsgi_application()

    def straight() -> None:
        environ = RequestFactory().get(PATH, headers={"host": "127.0.0.1"}).environ
        response = pages(environ, lambda status, headers: None)
        assert b"".join(response)
        response.close()

    with (
        serving(pages, tmp_path) as server,
        closing(http.client.HTTPConnection("127.0.0.1", server.port)) as client,
    ):

        def served() -> None:
            client.request("GET", PATH)
            assert client.getresponse().read()

        alone, through = least_ms(straight), least_ms(served)
    print(f"\n{PATH}: {alone:.2f} ms by Django alone, {through:.2f} ms through the server")
    assert through - alone <= ADDED_MS


def least_ms(call: Callable[[], None]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return min(times) * 1000
