"""One HTTP request: who asks, which faults strike, which desk answers."""

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

from generation.sandbox.downloads import BadRange, ResultFile, read_range
from generation.sandbox.faults import BadFault, Fault, read_fault
from generation.sandbox.response import HangUp, Reply, json_reply, made_up_reply, refusal_reply
from generation.sandbox.task_service import Refusal

if TYPE_CHECKING:
    from generation.sandbox.server import SandboxServer

log = logging.getLogger("backlot.sandbox")

MOST_BODY = 2 * 1024 * 1024
BODY_SECONDS = 30.0
LENGTH = re.compile(r"[0-9]{1,12}")
Faults = dict[str, Fault]


class SandboxHandler(BaseHTTPRequestHandler):
    """Routes of both dialects and of the test bench; `sandbox` is set on a subclass for each server."""

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
        """Silent: paths may carry queries, and the desk logs what matters."""

    def _serve(self) -> None:
        self._path = urlsplit(self.path).path
        began, reply = time.time(), None
        try:
            reply = self._answer()
        except HangUp:
            self.close_connection = True
        finally:
            # Before it is sent, so that whoever has an answer finds it in the log.
            status = reply.status if reply else 0
            entry = {"time": began, "method": self.command, "path": self._path, "status": status}
            entry |= {"seconds": time.time() - began, "agent": self.headers.get("User-Agent", "")}
            self.sandbox.requests.append(entry)
        if reply:
            self._send(reply)

    def _answer(self) -> Reply:
        try:
            return self._route(self._read_body())
        except Refusal as refusal:
            return refusal_reply(refusal, self._path)
        except FileNotFoundError:
            return refusal_reply(Refusal(404, "not_found", "no such file"), self._path)

    def _read_body(self) -> bytes:
        """All of the body, so that the connection can serve the next request."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        if "Transfer-Encoding" in self.headers or len(lengths) > 1 or not LENGTH.fullmatch(lengths[0]):
            self.close_connection = True
            raise Refusal(411, "length_required", "send one Content-Length, a whole number")
        if int(lengths[0]) > MOST_BODY:
            self.close_connection = True
            raise Refusal(413, "too_large", "the body is too large")
        return self._read_within(int(lengths[0]), BODY_SECONDS)

    def _read_within(self, length: int, seconds: float) -> bytes:
        """Read this number of bytes. Close the connection if that takes longer than `seconds` or the client leaves."""
        ends, body = time.monotonic() + seconds, b""
        try:
            while len(body) < length:
                self.connection.settimeout(max(ends - time.monotonic(), 0.001))
                piece = self.rfile.read1(length - len(body))
                if not piece:
                    raise HangUp
                body += piece
        except TimeoutError:
            raise HangUp from None
        finally:
            self.connection.settimeout(self.timeout)
        return body

    def _route(self, body: bytes) -> Reply:
        match self.command, self._path.strip("/").split("/"):
            case "GET" | "HEAD", ["results", name]:
                return self._download(name)
            case "GET", ["healthz"]:
                return json_reply({"status": "ok"})
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
                return self._with_faults("balance", "", lambda _: json_reply(self.sandbox.desk.balance()))
            case "POST", ["sandbox", "faults"]:
                return self._post_faults(body)
            case "DELETE", ["sandbox", "faults"]:
                self.sandbox.clear_faults()
                return json_reply({"cleared": True})
            case "GET", ["sandbox", "tasks"]:
                return json_reply(self.sandbox.tasks())
            case "GET", ["sandbox", "log"]:
                return json_reply(self.sandbox.log())
        raise Refusal(404, "not_found", "no such route")

    def _check_key(self) -> None:
        scheme, _, key = self.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            key.strip().encode(), self.sandbox.api_key.encode()
        ):
            raise Refusal(
                401, "invalid_api_key", "the API key is missing or wrong", kind="authentication_error"
            )

    def _submit(self, body: bytes) -> Reply:
        def answer(faults: Faults) -> Reply:
            content, replayed = self.sandbox.desk.submit(body, self.headers.get("Idempotency-Key"), faults)
            reply = json_reply(content)
            if replayed:
                reply.headers["Idempotency-Replayed"] = "true"
            return reply

        return self._with_faults("submit", _prompt_of(body), answer)

    def _query(self, task_id: str) -> Reply:
        task = self.sandbox.store.get(task_id)

        def answer(faults: Faults) -> Reply:
            if task is None:
                raise Refusal(404, "task_not_found", "no such task")
            return json_reply(self.sandbox.desk.query(task, self.sandbox.public_url, faults))

        return self._with_faults("query", task.prompt if task else "", answer)

    def _submit_to_vendor(self, kind: str, body: bytes) -> Reply:
        return self._with_faults(
            "submit",
            _prompt_of(body),
            lambda faults: json_reply(self.sandbox.vendor.submit(kind, body, faults)),
        )

    def _query_vendor(self, kind: str, task_id: str) -> Reply:
        task, address = self.sandbox.store.get(task_id), self.sandbox.public_url
        return self._with_faults(
            "query",
            task.prompt if task else "",
            lambda faults: json_reply(self.sandbox.vendor.query(kind, task, address, faults)),
        )

    def _download(self, name: str) -> Reply:
        task = self.sandbox.store.get(name.removesuffix(".mp4"))

        def answer(faults: Faults) -> Reply:
            if task is None or task.status_at(time.time()) != "completed" or "dead_link" in faults:
                raise Refusal(404, "not_found", "no such file")
            if "expired_link" in faults or time.time() > min(task.expires_at, self._link_expiry()):
                raise Refusal(403, "link_expired", "the link has expired")
            return self._file_reply(ResultFile(self.sandbox.renderer.path(task.id)), faults)

        return self._with_faults("download", task.prompt if task else "", answer)

    def _link_expiry(self) -> float:
        given = parse_qs(urlsplit(self.path).query).get("expires", [""])[0]
        return float(given) if given.isdecimal() else float("inf")

    def _file_reply(self, file: ResultFile, faults: Faults) -> Reply:
        headers = {"Content-Type": "video/mp4", "Accept-Ranges": "bytes"}
        if "html_file" in faults:
            return Reply(200, b"<!doctype html><title>Busy</title><p>Please try later.</p>", headers)
        if "empty_file" in faults:
            return Reply(200, b"", headers)
        if fault := faults.get("pad_file"):
            file = ResultFile(file.path, round(fault.number("megabytes", 300) * 1_000_000))
        length = file.length // 2 if "truncated_file" in faults else file.length
        try:
            wanted = read_range(self.headers.get("Range", ""), length)
        except BadRange:
            return Reply(416, b"", headers | {"Content-Range": f"bytes */{length}"})
        if wanted is None:
            return Reply(200, headers=headers, file=file, stop=length)
        start, stop = wanted
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{length}"
        return Reply(206, headers=headers, file=file, start=start, stop=stop)

    def _post_faults(self, body: bytes) -> Reply:
        try:
            rules = json.loads(body)
            faults = [read_fault(rule) for rule in (rules if isinstance(rules, list) else [rules])]
        except ValueError as trouble:
            message = str(trouble) if isinstance(trouble, BadFault) else "the body is no JSON"
            raise Refusal(422, "invalid_fault", message) from None
        self.sandbox.faults.add(faults)
        return json_reply({"added": len(faults)})

    def _with_faults(self, at: str, prompt: str, answer: Callable[[Faults], Reply]) -> Reply:
        """The answer as the posted faults bend it."""
        faults = self.sandbox.faults.strike(at, prompt)
        if fault := faults.get("delay"):
            self.sandbox.stopped.wait(fault.number("seconds", 1))
        if fault := faults.get("status"):
            return made_up_reply(fault, self._path)
        if "drop_before" in faults:
            raise HangUp
        reply = answer(faults)
        if "drop_after" in faults:
            raise HangUp
        reply.cut = "drop_midway" in faults
        return reply

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(reply.length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        sent = reply.length // 2 if reply.cut else reply.length
        if self.command != "HEAD":
            pieces = reply.file.read(reply.start, reply.start + sent) if reply.file else (reply.body[:sent],)
            for piece in pieces:
                self.wfile.write(piece)
        self.wfile.flush()
        if reply.cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True


def _prompt_of(body: bytes) -> str:
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    return str(content.get("prompt", "")) if isinstance(content, dict) else ""
