"""Route one HTTP request: check the key, apply faults, call the task service."""

import hmac
import json
import logging
import re
import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from generation.sandbox.downloads import ResultFile
from generation.sandbox.faults import Fault, InvalidFault, parse_fault
from generation.sandbox.response import (
    Disconnect,
    Response,
    error_response,
    fault_response,
    file_response,
    json_response,
)
from generation.sandbox.task_service import ApiError

if TYPE_CHECKING:
    from generation.sandbox.server import SandboxServer

log = logging.getLogger("backlot.sandbox")

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_BODY_SECONDS = 30.0
LENGTH = re.compile(r"[0-9]{1,12}")
Faults = dict[str, Fault]


class SandboxHandler(BaseHTTPRequestHandler):
    """Routes of both APIs and of the test controls; `sandbox` is set on a subclass for each server."""

    sandbox: "SandboxServer"
    protocol_version = "HTTP/1.1"
    server_version = "BacklotSandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 60.0

    def do_GET(self) -> None:
        self._serve()

    def do_HEAD(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: paths may contain secrets, and the task service logs what matters."""

    def _serve(self) -> None:
        self._path = urlsplit(self.path).path
        started, response = time.time(), None
        try:
            response = self._respond()
        except Disconnect:
            self.close_connection = True
        finally:
            # Record it first, so that a client with a response finds the request in the log.
            status = response.status if response else 0
            entry = {"time": started, "method": self.command, "path": self._path, "status": status}
            entry |= {"seconds": time.time() - started, "agent": self.headers.get("User-Agent", "")}
            self.sandbox.requests.append(entry)
        if response:
            self._send(response)

    def _respond(self) -> Response:
        try:
            return self._route(self._read_body())
        except ApiError as error:
            return error_response(error, self._path)
        except FileNotFoundError:
            return error_response(ApiError(404, "not_found", "no such file"), self._path)

    def _read_body(self) -> bytes:
        """Read the whole body, so that the connection can serve the next request."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        if "Transfer-Encoding" in self.headers or len(lengths) > 1 or not LENGTH.fullmatch(lengths[0]):
            self.close_connection = True
            raise ApiError(411, "length_required", "send one Content-Length, a whole number")
        if int(lengths[0]) > MAX_BODY_BYTES:
            self.close_connection = True
            raise ApiError(413, "too_large", "the body is too large")
        return self._read_within(int(lengths[0]), MAX_BODY_SECONDS)

    def _read_within(self, length: int, seconds: float) -> bytes:
        """Read this number of bytes. Close the connection if that takes longer than `seconds` or the client leaves."""
        ends, body = time.monotonic() + seconds, b""
        try:
            while len(body) < length:
                self.connection.settimeout(max(ends - time.monotonic(), 0.001))
                piece = self.rfile.read1(length - len(body))
                if not piece:
                    raise Disconnect
                body += piece
        except TimeoutError:
            raise Disconnect from None
        finally:
            self.connection.settimeout(self.timeout)
        return body

    def _route(self, body: bytes) -> Response:
        match self.command, self._path.strip("/").split("/"):
            case "GET" | "HEAD", ["results", name]:
                return self._download(name)
            case "GET", ["healthz"]:
                return json_response({"status": "ok"})
            case "POST", ["api", "v1", "video", kind, "submit"]:
                return self._submit_to_vendor(kind, body)
            case "GET", ["api", "v1", "video", kind, "task", task_id]:
                return self._query_vendor(kind, task_id)
        self._check_key()
        match self.command, self._path.strip("/").split("/"):
            case "POST", ["v1", "videos", "generations"]:
                return self._submit(body)
            case "GET", ["v1", "tasks", task_id]:
                return self._query(task_id)
            case "GET", ["v1", "balance"]:
                return self._with_faults(
                    "balance", "", lambda _: json_response(self.sandbox.task_service.balance())
                )
            case "POST", ["sandbox", "faults"]:
                return self._post_faults(body)
            case "DELETE", ["sandbox", "faults"]:
                self.sandbox.clear_faults()
                return json_response({"cleared": True})
            case "GET", ["sandbox", "tasks"]:
                return json_response(self.sandbox.tasks())
            case "GET", ["sandbox", "log"]:
                return json_response(self.sandbox.log())
        raise ApiError(404, "not_found", "no such route")

    def _check_key(self) -> None:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            key.strip().encode(), self.sandbox.api_key.encode()
        ):
            raise ApiError(
                401, "invalid_api_key", "the API key is missing or wrong", kind="authentication_error"
            )

    def _submit(self, body: bytes) -> Response:
        def respond(faults: Faults) -> Response:
            content, replayed = self.sandbox.task_service.submit(
                body, self.headers.get("Idempotency-Key"), faults
            )
            response = json_response(content)
            if replayed:
                response.headers["Idempotency-Replayed"] = "true"
            return response

        return self._with_faults("submit", _prompt_of(body), respond)

    def _query(self, task_id: str) -> Response:
        task = self.sandbox.store.get(task_id)

        def respond(faults: Faults) -> Response:
            if task is None:
                raise ApiError(404, "task_not_found", "no such task")
            return json_response(self.sandbox.task_service.query(task, self.sandbox.public_url, faults))

        return self._with_faults("query", task.prompt if task else "", respond)

    def _submit_to_vendor(self, kind: str, body: bytes) -> Response:
        return self._with_faults(
            "submit",
            _prompt_of(body),
            lambda faults: json_response(self.sandbox.vendor.submit(kind, body, faults)),
        )

    def _query_vendor(self, kind: str, task_id: str) -> Response:
        task, url = self.sandbox.store.get(task_id), self.sandbox.public_url
        return self._with_faults(
            "query",
            task.prompt if task else "",
            lambda faults: json_response(self.sandbox.vendor.query(kind, task, url, faults)),
        )

    def _download(self, name: str) -> Response:
        task = self.sandbox.store.get(name.removesuffix(".mp4"))

        def respond(faults: Faults) -> Response:
            if task is None or task.status_at(time.time()) != "completed" or "dead_link" in faults:
                raise ApiError(404, "not_found", "no such file")
            if "expired_link" in faults or time.time() > min(task.expires_at, self._link_expiry()):
                raise ApiError(403, "link_expired", "the link has expired")
            file = ResultFile(self.sandbox.renderer.path(task.id))
            return file_response(file, self.headers.get("Range", ""), faults)

        return self._with_faults("download", task.prompt if task else "", respond)

    def _link_expiry(self) -> float:
        given = parse_qs(urlsplit(self.path).query).get("expires", [""])[0]
        return float(given) if given.isdecimal() else float("inf")

    def _post_faults(self, body: bytes) -> Response:
        try:
            rules = json.loads(body)
            faults = [parse_fault(rule) for rule in (rules if isinstance(rules, list) else [rules])]
        except ValueError as error:
            message = str(error) if isinstance(error, InvalidFault) else "the body is not valid JSON"
            raise ApiError(422, "invalid_fault", message) from None
        self.sandbox.faults.add(faults)
        return json_response({"added": len(faults)})

    def _with_faults(self, at: str, prompt: str, respond: Callable[[Faults], Response]) -> Response:
        """Return the response as modified by the posted faults."""
        faults = self.sandbox.faults.take_matching(at, prompt)
        if fault := faults.get("delay"):
            self.sandbox.stopped.wait(fault.number("seconds", 1))
        if fault := faults.get("status"):
            return fault_response(fault, self._path)
        if "drop_before" in faults:
            raise Disconnect
        response = respond(faults)
        if "drop_after" in faults:
            raise Disconnect
        response.cut = "drop_midway" in faults
        return response

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(response.length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        sent = response.length // 2 if response.cut else response.length
        if self.command != "HEAD":
            for chunk in response.chunks(sent):
                self.wfile.write(chunk)
        self.wfile.flush()
        if response.cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def _prompt_of(body: bytes) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    return str(content.get("prompt", "")) if isinstance(content, dict) else ""
