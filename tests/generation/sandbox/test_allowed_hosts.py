"""A sandbox that serves other machines fetches from and calls only public addresses and its own storage."""

import socket
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from generation import public_http
from generation.management.commands import sandbox as command
from generation.public_http import NotPublic
from generation.sandbox.allowed_hosts import ANY_HOST, AllowedHosts
from tests.generation.sandbox.conftest import GREEN, ApiClient, MediaHost
from tests.receiver import receiving

Maker = Callable[..., ApiClient]
NOT_PUBLIC = [
    "http://127.0.0.1:{port}/x.png",
    "http://localhost:{port}/x.png",
    "http://0.0.0.0:{port}/x.png",
    "http://[::1]:{port}/x.png",
    "http://[::ffff:127.0.0.1]:{port}/x.png",
    "http://2130706433:{port}/x.png",
    "http://169.254.169.254/latest/meta-data/x.png",
    "http://10.0.0.7/x.png",
]


@pytest.fixture
def visited() -> Iterator[tuple[int, list[str]]]:
    """A server on this machine, and the paths that were requested of it; `/moved` redirects to `/secret`."""
    paths: list[str] = []

    class Inside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(302 if self.path == "/exempt/moved" else 200)
            self.send_header("Location", "/secret")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Inside)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port, paths
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_no_private_address_is_requested(visited: tuple[int, list[str]], url: str) -> None:
    port, paths = visited
    with (
        AllowedHosts(()).client(timeout=httpx.Timeout(3)) as http,
        pytest.raises((NotPublic, httpx.ConnectError)),
    ):
        http.get(url.format(port=port))
    assert paths == []


def test_a_redirect_out_of_what_is_exempt_is_checked_too(visited: tuple[int, list[str]]) -> None:
    port, paths = visited
    allowed_hosts = AllowedHosts((f"http://127.0.0.1:{port}/exempt/",))
    with allowed_hosts.client(timeout=httpx.Timeout(3)) as http, pytest.raises(NotPublic):
        http.get(f"http://127.0.0.1:{port}/exempt/moved")
    assert paths == ["/exempt/moved"]


@pytest.mark.parametrize(
    "path", ["other/x.png", "exempt/../other/x.png", "exempt", "", "exemptions/x.png", "//exempt/x.png"]
)
def test_only_what_is_below_the_exempt_path_is_exempt(path: str) -> None:
    is_exempt = public_http.exempt_below(["http://127.0.0.1:9000/exempt/"])
    assert is_exempt(httpx.URL("http://127.0.0.1:9000/exempt/x.png"))
    assert not is_exempt(httpx.URL(f"http://127.0.0.1:9000/{path}"))
    assert not is_exempt(httpx.URL("http://127.0.0.1:9001/exempt/x.png"))
    assert not is_exempt(httpx.URL("http://exempt@10.0.0.1:9000/exempt/x.png"))


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["93.184.216.34", "93.184.216.34"])
    real = socket.getaddrinfo
    asked: list[str] = []

    def rebinding(host: str, port: int, *args: object, **more: object) -> list:
        """Name a public address while it is checked, loopback later; addresses are taken as they are."""
        asked.append(str(host))
        address = next(answers, "127.0.0.1") if host == "rebinding.example" else "192.0.2.1"
        return real(address, port, *args, **more) if address != "192.0.2.1" else []

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with AllowedHosts(()).client(timeout=httpx.Timeout(1)) as http, pytest.raises(httpx.ConnectError):
        http.get("http://rebinding.example/x.png")
    assert asked == ["rebinding.example", "rebinding.example", "93.184.216.34"]


def test_a_task_with_a_private_reference_fails_with_the_reason(make_server: Maker, media: MediaHost) -> None:
    inside = media.image("inside.png", GREEN)
    someone = make_server(allowed_hosts=AllowedHosts(()))
    task = someone.finish(someone.open(first_frame_image=inside))
    assert task["status"] == "failed"
    assert "not on the public internet" in task["error"]["message"]


def test_a_task_with_a_reference_in_its_own_storage_is_rendered(make_server: Maker, media: MediaHost) -> None:
    inside = media.image("stored.png", GREEN)
    someone = make_server(allowed_hosts=AllowedHosts((f"{media.base_url}/",)))
    assert someone.finish(someone.open(first_frame_image=inside))["status"] == "completed"


def test_a_private_webhook_is_not_called(make_server: Maker) -> None:
    with receiving() as inside, receiving() as own:
        someone = make_server(webhook_delays=(0.02,), allowed_hosts=AllowedHosts((f"{own.url}/",)))
        someone.server.add_fault("submit", "fail_task", times=None)
        someone.open(webhook=inside.url)
        someone.open(webhook=f"{own.url}/skyreels")
        own.wait(1)
        assert inside.stays_at(0)


def test_an_installation_that_serves_others_limits_its_sandbox(settings) -> None:
    assert command.allowed_hosts() == ANY_HOST
    settings.HOST, settings.PUBLIC_URL = "0.0.0.0", "http://192.168.1.5:8000"
    settings.AWS_S3_PUBLIC_ENDPOINT_URL = "http://192.168.1.5:9000"
    settings.AWS_S3_ENDPOINT_URL = "http://127.0.0.1:9000"
    settings.AWS_STORAGE_BUCKET_NAME = "backlot"
    assert command.allowed_hosts() == AllowedHosts(
        (
            "http://127.0.0.1:9000/backlot/",
            "http://192.168.1.5:9000/backlot/",
            "http://192.168.1.5:8000/hooks/skyreels/",
        )
    )
    settings.HOST, settings.PUBLIC_URL = "127.0.0.1", "https://backlot.example.com"
    assert command.allowed_hosts() != ANY_HOST
