"""Results come over HTTPS from public addresses only, and a broken connection is taken up where it broke."""

import hashlib
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from generation.lifecycle.store import download, ssrf
from generation.lifecycle.store.download import MAX_RESUMES, LinkDead, download_file
from generation.lifecycle.store.ssrf import NotPublic
from library.probe import Refusal, UnreadableMedia

CONTENT = bytes(range(256)) * 4096


class Host(BaseHTTPRequestHandler):
    """Gives CONTENT out, but hangs up after `pieces` bytes of each answer; `moved` redirects."""

    protocol_version = "HTTP/1.1"
    pieces = len(CONTENT)
    ranges = True
    etag = '"one"'
    moved = ""
    status = 200
    told_range = told_etag = told_length = ""
    asked: list[str]

    def do_GET(self):
        self.asked.append(self.headers.get("Range", ""))
        if self.moved or self.status != 200:
            self.send_response(302 if self.moved else self.status)
            self.send_header("Location", self.moved)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        wanted = re.match(r"bytes=(\d+)-", self.headers.get("Range", "")) if self.ranges else None
        start = int(wanted[1]) if wanted and self.headers.get("If-Range") == self.etag else 0
        self.send_response(206 if start else 200)
        if start:
            told = self.told_range or f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
            self.send_header("Content-Range", told)
        if self.ranges:
            self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", (start and self.told_etag) or self.etag)
        self.send_header("Content-Length", self.told_length or str(len(CONTENT) - start))
        self.end_headers()
        self.wfile.write(CONTENT[start : start + self.pieces])
        self.close_connection = True

    def log_message(self, *args):
        pass


@pytest.fixture
def host(settings):
    """A host of the sandbox's own: the only one on this machine that may be asked."""
    kind = type("OneHost", (Host,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    settings.PROVIDER_IS_SANDBOX = True
    settings.SKYREELS_BASE_URL = kind.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield kind
    server.shutdown()
    server.server_close()


def brought(url, path):
    return download_file(url, path, lambda: None), path.read_bytes()


def test_a_whole_file_comes_with_its_hash(host, tmp_path):
    assert brought(host.url, tmp_path / "it") == (hashlib.sha256(CONTENT).hexdigest(), CONTENT)
    assert host.asked == [""]


def test_a_broken_connection_is_taken_up_behind_the_last_byte(host, tmp_path):
    host.pieces = len(CONTENT) // 3
    assert brought(host.url, tmp_path / "it") == (hashlib.sha256(CONTENT).hexdigest(), CONTENT)
    starts = [int(re.sub(r"\D", "", asked) or 0) for asked in host.asked]
    assert starts == sorted(starts)
    assert starts[1] > 0


@pytest.mark.parametrize(("name", "value"), [("ranges", False), ("pieces", 0)])
def test_what_cannot_be_resumed_or_does_not_move_is_an_error(host, tmp_path, name, value):
    host.pieces = len(CONTENT) // 2
    setattr(host, name, value)
    with pytest.raises(httpx.TransportError):
        download_file(host.url, tmp_path / "it", lambda: None)
    assert len(host.asked) == 1


def test_a_file_that_breaks_again_and_again_is_an_error_in_the_end(host, tmp_path):
    host.pieces = 64 * 1024
    with pytest.raises(httpx.TransportError):
        download_file(host.url, tmp_path / "it", lambda: None)
    assert len(host.asked) == MAX_RESUMES + 1


def test_another_file_behind_the_same_link_is_fetched_from_its_beginning(host, tmp_path):
    """Halves of two files must never become one."""
    host.pieces = len(CONTENT) // 2

    def changed():
        host.etag, host.pieces = '"two"', len(CONTENT)

    sha256 = download_file(host.url, tmp_path / "it", changed)
    assert (sha256, (tmp_path / "it").read_bytes()) == (hashlib.sha256(CONTENT).hexdigest(), CONTENT)


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_dead_link_is_told_from_a_busy_host(host, tmp_path, status):
    host.status = status
    with pytest.raises(LinkDead):
        download_file(host.url, tmp_path / "it", lambda: None)


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("told_range", f"bytes 7-{len(CONTENT) - 1}/{len(CONTENT)}"),
        ("told_range", "bytes 0-9/10"),
        ("told_range", f"bytes */{len(CONTENT)}"),
        ("told_range", "all of it"),
        ("told_etag", '"two"'),
    ],
)
def test_a_part_that_is_not_the_one_asked_for_is_never_taken_for_the_file(host, tmp_path, name, lie):
    host.pieces = len(CONTENT) // 2
    setattr(host, name, lie)
    with pytest.raises(httpx.TransportError):
        download_file(host.url, tmp_path / "it", lambda: None)
    assert (tmp_path / "it").read_bytes() == CONTENT[: len(CONTENT) // 2]


@pytest.mark.parametrize("length", ["1000001", ""], ids=["told before", "found out"])
def test_more_than_a_video_may_have_is_not_fetched(host, tmp_path, monkeypatch, length):
    monkeypatch.setattr(download, "MAX_VIDEO_BYTES", 1_000_000)
    host.told_length = length
    with pytest.raises(UnreadableMedia, match=Refusal.VIDEO_TOO_LARGE):
        download_file(host.url, tmp_path / "it", lambda: None)
    assert (tmp_path / "it").stat().st_size <= (0 if length else 1_000_000)


NOT_PUBLIC = [
    "https://127.0.0.1/a.mp4",
    "https://localhost/a.mp4",
    "https://2130706433/a.mp4",
    "https://0x7f.1/a.mp4",
    "https://0.0.0.0/a.mp4",
    "https://10.1.2.3/a.mp4",
    "https://172.16.0.9/a.mp4",
    "https://192.168.1.1/a.mp4",
    "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/a.mp4",
    "https://224.0.0.1/a.mp4",
    "https://[::1]/a.mp4",
    "https://[::ffff:127.0.0.1]/a.mp4",
    "https://[64:ff9b::7f00:1]/a.mp4",
    "https://[fe80::1]/a.mp4",
    "https://[fd00::1]/a.mp4",
    "https://[fec0::1]/a.mp4",
    "https://[::127.0.0.1]/a.mp4",
    "https://[::ffff:224.0.0.1]/a.mp4",
    "https://[2002:7f00:1::]/a.mp4",
    "https://somebody:secret@127.0.0.1/a.mp4",
    "https://93.184.216.34@127.0.0.1:443/a.mp4",
    "https://",
    "https://[::1/a.mp4",
    "https://93.184.216.34:https/a.mp4",
    "ftp://93.184.216.34/a.mp4",
    "http://93.184.216.34/a.mp4",
    "http://127.0.0.1:1/a.mp4",
]


@pytest.mark.parametrize("url", NOT_PUBLIC)
def test_only_https_to_public_addresses_is_followed(settings, tmp_path, url):
    settings.PROVIDER_IS_SANDBOX = False
    for base in ("https://api.example.com", "https://127.0.0.1:8443", "http://10.1.2.3"):
        settings.SKYREELS_BASE_URL = base
        with pytest.raises(NotPublic):
            download_file(url, tmp_path / "it", lambda: None)


def test_a_gateway_that_was_configured_on_this_machine_gives_out_its_own_results(host, settings, tmp_path):
    settings.PROVIDER_IS_SANDBOX = False
    download_file(f"{host.url}/a.mp4", tmp_path / "it", lambda: None)
    assert (tmp_path / "it").read_bytes() == CONTENT


def test_a_gateway_on_the_internet_is_followed_to_its_own_results_by_https_alone(settings, tmp_path):
    settings.PROVIDER_IS_SANDBOX, settings.SKYREELS_BASE_URL = False, "http://api.example.com"
    with pytest.raises(NotPublic):
        download_file("http://api.example.com/a.mp4", tmp_path / "it", lambda: None)


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "https://localhost/", "https://[::1]/"])
def test_a_redirect_leads_no_further_than_the_first_link_could(host, tmp_path, target):
    host.moved = target
    with pytest.raises(NotPublic):
        download_file(host.url, tmp_path / "it", lambda: None)


def test_the_connection_goes_to_the_address_that_was_looked_at(settings, tmp_path, monkeypatch):
    """A name that is public for as long as it is looked at, and this machine when the connection asks for it."""
    settings.PROVIDER_IS_SANDBOX = False
    settings.SKYREELS_BASE_URL = "https://127.0.0.1"
    asked = []

    def rebound(host, port, *args, **kwargs):
        asked.append(host)
        if host != "video.example":
            raise socket.gaierror(f"no test connects to {host}")
        ip = "93.184.216.34" if len(asked) <= 2 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebound)
    monkeypatch.setattr(ssrf.gateway, "heeds_proxies", lambda address: False)
    with pytest.raises(httpx.ConnectError):
        download_file("https://video.example/a.mp4", tmp_path / "it", lambda: None)
    # Before the request, before the connection, and the connection's own look at what is an address already.
    assert asked == ["video.example", "video.example", "93.184.216.34"]


def test_one_private_address_among_public_ones_is_enough_to_refuse(settings, tmp_path, monkeypatch):
    settings.PROVIDER_IS_SANDBOX = False
    settings.SKYREELS_BASE_URL = "https://127.0.0.1"
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "192.168.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: both)
    with pytest.raises(NotPublic):
        download_file("https://video.example/a.mp4", tmp_path / "it", lambda: None)
