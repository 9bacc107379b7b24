"""The local S3 server: `python -m generation.supervision.processes.s3_server FOLDER HOST:PORT|fd://NUMBER...`

rclone serves the files, on a Unix socket in the parent of FOLDER. It responds to a range request with the right bytes
but with status 200, which prevents browsers from seeking in a video. The proxy in front of it corrects that status and
changes nothing else. rclone checks the signatures, so the proxy keeps every signed header.
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import uvicorn

from generation.supervision.processes import die_with_parent
from generation.supervision.web.body import (
    ClientLeft,
    Message,
    Receive,
    Refused,
    Scope,
    announced_length,
    arriving,
    client_left,
)
from generation.supervision.web.limits import MB, Limits
from generation.supervision.web.protocol import guarded

SOCKET = "s3.sock"  # relative: the path of a Unix socket is limited to about 100 characters
MAX_OBJECT = 5000 * MB  # the maximum of S3 for one request
# A browser that plays a video stops reading for minutes. All clients on this machine share one IP address.
LIMITS = Limits(stall_seconds=120, connections=1000, connections_per_address=1000)
TIMEOUTS = {"connect": 5.0, "read": 120.0, "write": 120.0, "pool": None}
HOP_BY_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"expect", b"te", b"trailer", b"upgrade"}

Send = Callable[[Message], Awaitable[None]]


class Door:
    """Stream requests to rclone and responses back, without buffering and without a thread."""

    def __init__(self) -> None:
        self._inside = httpx.AsyncHTTPTransport(
            uds=SOCKET, limits=httpx.Limits(max_connections=None, max_keepalive_connections=0)
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            request = self._request(scope, receive)
            response = await self._inside.handle_async_request(request)
        except Refused as refusal:
            return await _refuse(send, refusal.status)
        except ClientLeft:
            return None
        except httpx.TransportError:
            return await _refuse(send, 503)
        try:
            await _pass_out(response, scope, receive, send)
        finally:
            await response.aclose()

    def _request(self, scope: Scope, receive: Receive) -> httpx.Request:
        """Return the request for rclone. Raise Refused."""
        length = announced_length(scope["headers"])
        if length is None:
            raise Refused(411)
        if length > MAX_OBJECT:
            raise Refused(413)
        query = scope["query_string"]
        return httpx.Request(
            scope["method"],
            "http://rclone",
            headers=_passed_on(scope["headers"]),
            stream=_Body(receive, length) if length else httpx.ByteStream(b""),
            # Exactly as signed: httpx would re-encode the path.
            extensions={"target": scope["raw_path"] + (b"?" + query if query else b""), "timeout": TIMEOUTS},
        )


class _Body(httpx.AsyncByteStream):
    """Yield what the client sends. Raise Refused if that is too slow, or ClientLeft."""

    def __init__(self, receive: Receive, length: int) -> None:
        self._receive, self._left = receive, length

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in arriving(self._receive, LIMITS):
            self._left -= len(chunk)
            yield chunk
        if self._left:
            raise ClientLeft


async def _pass_out(response: httpx.Response, scope: Scope, receive: Receive, send: Send) -> None:
    is_part = response.status_code == 200 and "Content-Range" in response.headers
    await send(
        {
            "type": "http.response.start",
            "status": 206 if is_part else response.status_code,
            "headers": _passed_on(response.headers.raw),
        }
    )
    if scope["method"] != "HEAD" and response.status_code not in {204, 304}:
        async with client_left(receive) as left:
            async for chunk in response.aiter_raw():
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
                if left.done():
                    return
    await send({"type": "http.response.body", "body": b""})


def _passed_on(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in headers if name.lower() not in HOP_BY_HOP]


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def listening(address: str) -> socket.socket:
    """Return the listening socket for HOST:PORT, or for `fd://NUMBER` if the parent process has opened it."""
    host, _, port = address.rpartition(":")
    return socket.socket(fileno=int(port.strip("/"))) if host == "fd" else listen(host.strip("[]"), int(port))


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket, IPv6 for IPv6 hosts. `::` means every interface, including IPv4."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=256, dualstack_ipv6=host == "::")


def door_server() -> uvicorn.Server:
    """Return the proxy server. It logs nothing: URLs are signed, and broken connections are normal."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    config = uvicorn.Config(
        Door(),
        http=guarded(LIMITS),
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=0,
    )
    return uvicorn.Server(config)


def rclone(folder: Path) -> "subprocess.Popen[bytes]":
    """Start rclone on the socket; its keys come from RCLONE_AUTH_KEY in the environment."""
    Path(SOCKET).unlink(missing_ok=True)
    beside_python = Path(sysconfig.get_path("scripts")) / "rclone"
    program = str(beside_python) if beside_python.exists() else "rclone"
    process = subprocess.Popen(
        [program, "serve", "s3", "--log-level=ERROR", f"--addr=unix://{SOCKET}", str(folder)],
        preexec_fn=die_with_parent.tied(),
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
    server = door_server()

    def end_with_rclone() -> None:
        process.wait()
        server.should_exit = True

    # uvicorn captures the signals, and re-raises them once it has stopped.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: process.terminate())
    threading.Thread(target=end_with_rclone, daemon=True).start()
    server.run([listening(address) for address in addresses])
    process.terminate()
    sys.exit(process.wait())


if __name__ == "__main__":
    main(*sys.argv[1:])
