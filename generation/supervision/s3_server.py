"""The local S3 server: `python -m generation.supervision.s3_server FOLDER HOST:PORT...`

rclone does the work, on a socket in the parent of FOLDER. It answers a request for a range with the right bytes but
with status 200, and browsers then cannot seek in a video. So a door stands in front that passes requests and answers
through unchanged, but for that status. Signatures are checked by rclone: the door keeps every header that is signed.
"""

import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from generation.supervision import tether

SOCKET = "s3.sock"  # relative: the path of a socket may have some hundred characters at most
PIECE = 256 * 1024
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "expect", "te", "trailer", "upgrade"}


class Inside(HTTPConnection):
    """A connection to rclone."""

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(120)
        self.sock.connect(SOCKET)


class Door(BaseHTTPRequestHandler):
    """One client's connection: each request goes in, its answer comes out in pieces."""

    protocol_version = "HTTP/1.1"
    timeout = 120
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def pass_on(self) -> None:
        inside = Inside("rclone")
        try:
            self._ask(inside)
            self._answer(inside.getresponse())
        except (ConnectionError, HTTPException, TimeoutError):
            # Half an answer cannot be taken back: the client sees a torn connection and tries again.
            self.close_connection = True
        finally:
            inside.close()

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = pass_on  # noqa: N815

    def handle_expect_100(self) -> bool:
        """Clients of S3 wait a second for leave to send a body, so it must not stay in the buffer."""
        going_on = super().handle_expect_100()
        self.wfile.flush()
        return going_on

    def _ask(self, inside: Inside) -> None:
        inside.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in HOP_BY_HOP:
                inside.putheader(name, value)
        inside.endheaders()
        for piece in self._body():
            inside.send(piece)

    def _body(self) -> Iterator[bytes]:
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            piece = self.rfile.read(min(left, PIECE))
            if not piece:
                raise ConnectionResetError("the client left in the middle of its upload")
            left -= len(piece)
            yield piece

    def _answer(self, answer: HTTPResponse) -> None:
        is_part = answer.status == 200 and "Content-Range" in answer.headers
        self.send_response_only(206 if is_part else answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        has_body = self.command != "HEAD" and answer.status not in {204, 304}
        if has_body and answer.length is None:
            # A list of no announced length: its end is the end of the connection.
            self.send_header("Connection", "close")
        self.end_headers()
        while has_body and (piece := answer.read(PIECE)):
            self.wfile.write(piece)
        self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:
        """Addresses are signed: none is written down."""


class DoorServer(ThreadingHTTPServer):
    """Listens on one address, on IPv6 where the host says so."""

    request_queue_size = 256
    block_on_close = False

    def __init__(self, host: str, port: int) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), Door)

    def server_bind(self) -> None:
        """Without the look-up of the host's name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.address_family == socket.AF_INET6:
            # `::` means every interface, those of IPv4 too; another address has a door of its own beside it.
            only = self.server_address[0] != "::"
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "backlot", self.socket.getsockname()[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that leaves in the middle is no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def rclone(folder: Path) -> "subprocess.Popen[bytes]":
    """Starts rclone on the socket; its keys come from RCLONE_AUTH_KEY in the environment."""
    Path(SOCKET).unlink(missing_ok=True)
    beside_python = Path(sysconfig.get_path("scripts")) / "rclone"
    program = str(beside_python) if beside_python.exists() else "rclone"
    process = subprocess.Popen(
        [program, "serve", "s3", "--log-level=ERROR", f"--addr=unix://{SOCKET}", str(folder)],
        preexec_fn=tether.tied(),
    )
    while not Path(SOCKET).exists():
        if process.poll() is not None:
            sys.exit(f"rclone ended with exit code {process.returncode}")
        time.sleep(0.02)
    return process


def main(folder: str, *addresses: str) -> None:
    """Serve until SIGTERM or Ctrl-C, or until rclone ends."""
    path = Path(folder).resolve()
    os.chdir(path.parent)
    process = rclone(path)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.terminate())
    for address in addresses:
        host, _, port = address.rpartition(":")
        server = DoorServer(host.strip("[]"), int(port))
        threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.exit(process.wait())


if __name__ == "__main__":
    main(*sys.argv[1:])
