"""Somebody who is called over HTTP."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """Hears callbacks; `answers` are the statuses to give in turn, the last one for good, 0 hangs up."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [200])
    heard: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def wait(self, count: int) -> list[dict]:
        """What was heard so far, once there are so many."""
        for _ in range(1500):
            if len(self.heard) >= count:
                return self.heard
            time.sleep(0.01)
        raise AssertionError(f"{len(self.heard)} of {count} callbacks came")

    def stays_at(self, count: int) -> bool:
        """Whether nothing more comes in a while that is long beside the waits of these tests."""
        time.sleep(0.3)
        return len(self.heard) == count


class Handler(BaseHTTPRequestHandler):
    """Answers for a receiver."""

    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answers = self.receiver.answers
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        self.receiver.paths.append(self.path)
        self.receiver.heard.append(json.loads(body))
        if status:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that listens on this machine."""
    heard = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Heard", (Handler,), {"receiver": heard}))
    heard.url = f"http://127.0.0.1:{server.server_port}/hooks"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield heard
    server.shutdown()
    server.server_close()
