"""One WSGI request, run in steps so that no thread is blocked while the client reads."""

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import IO, Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

from django.db import close_old_connections
from django.utils import translation

from generation.supervision.web.body import Scope

CHUNK = 128 * 1024  # bytes of a streamed response that are produced in one step and buffered for the client
NOT_PASSED_ON = {b"content-length", b"transfer-encoding", b"connection", b"keep-alive", b"proxy-connection"}

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]


def environ_of(scope: Scope, body: IO[bytes], size: int) -> Environ:
    """Return the WSGI environment of a request whose body is `body`.

    `REMOTE_ADDR` is the socket's peer and `SCRIPT_NAME` is empty whatever the headers say. Header names with
    underscores are dropped: WSGI cannot distinguish them from the names with hyphens that a proxy sets.
    """
    server = scope.get("server") or ("localhost", 80)
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0].removeprefix("::ffff:"),
        "CONTENT_LENGTH": str(size),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name, value in scope["headers"]:
        if name in NOT_PASSED_ON or b"_" in name:
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if key == "CONTENT_TYPE" else f"HTTP_{key}"
        text = value.decode("latin-1")
        separator = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{separator}{text}" if key in environ else text
    return environ


def bodiless(scope: Scope) -> Environ:
    """Return the environment of a request whose body is not read."""
    return environ_of(scope, io.BytesIO(), 0)


class Exchange:
    """One call of the application. Each method may run in a different thread, one at a time.

    A response iterator must not keep a database cursor or transaction open between two chunks, since the connection
    belongs to the thread of the step.
    """

    def __init__(self, app: Wsgi, environ: Environ) -> None:
        self._app = app
        self._environ = environ
        self._result: Iterable[bytes] = ()
        self._iterator: Iterator[bytes] = iter(())
        self._language: str | None = None
        self._announced: int | None = None
        self.status = HTTPStatus.INTERNAL_SERVER_ERROR.value
        self.headers: list[tuple[bytes, bytes]] = []

    @property
    def path(self) -> str:
        return str(self._environ["PATH_INFO"])

    @property
    def has_body(self) -> bool:
        return self._environ["REQUEST_METHOD"] != "HEAD" and self.status not in {204, 304}

    def begin(self) -> tuple[bytes, bool]:
        """Call the application. Return the first chunk, and whether there may be more; if not, the headers contain its
        length. Nothing of a streaming response has been read yet."""
        self._result = self._app(self._environ, self._start_response)
        self._language = translation.get_language()
        if not self.has_body:
            self.close()
            return b"", False
        self._iterator = iter(self._result)
        if getattr(self._result, "streaming", False):
            return b"", True
        return self._gather()

    def resume(self) -> tuple[bytes, bool]:
        """Return the next chunk, and whether there may be more."""
        close_old_connections()
        with translation.override(self._language):
            return self._gather()

    def close(self) -> None:
        """End the response, whether or not it was read to its end."""
        result, self._result = self._result, ()
        if close := getattr(result, "close", None):
            close()

    def _gather(self) -> tuple[bytes, bool]:
        pieces, size = [], 0
        try:
            for piece in self._iterator:
                pieces.append(piece)
                size += len(piece)
                if size >= CHUNK and size != self._announced:
                    return b"".join(pieces), True
        except BaseException:
            self.close()
            raise
        self.close()
        content = b"".join(pieces)
        if self._announced is None:
            self._announced = len(content)
            self.headers.append((b"content-length", b"%d" % len(content)))
        return content, False

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: Any = None
    ) -> Callable[[bytes], object]:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.strip().encode("latin-1")) for name, value in headers
        ]
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        self._announced = lengths[0] if lengths else None
        if self.status in {204, 304}:
            self.headers = [pair for pair in self.headers if pair[0] != b"content-length"]
        return _no_write


def _no_write(content: bytes) -> object:
    raise NotImplementedError("write() of WSGI is not supported: return the content")
