"""The child process that renders: requests and results are lines of JSON on stdin and stdout.

Rendering in the server's process would block the interpreter for the polls of clients.
"""

import json
import os
import queue
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from generation.sandbox.allowed_hosts import AllowedHosts
from generation.sandbox.rules import read_request
from generation.sandbox.sources import FetchFailed
from generation.sandbox.video import VideoRender


def render(work: dict[str, Any]) -> dict[str, Any]:
    """Render a request to `path`. Return {"seconds": float}, or {"error": {…}} for an unusable source."""
    target = Path(work["path"])
    part = target.with_suffix(".part")
    try:
        with tempfile.TemporaryDirectory(prefix="sources-", dir=target.parent) as folder:
            request, allowed_hosts = read_request(json.loads(work["body"])), AllowedHosts(work["exempt"])
            seconds = VideoRender(request, work["task_id"], Path(folder), allowed_hosts).write(part)
    except FetchFailed as error:
        part.unlink(missing_ok=True)
        return {"error": {"code": "fetch_failed", "message": str(error), "type": "task_error"}}
    part.replace(target)
    return {"seconds": seconds}


def main() -> None:
    """Serve until the parent closes the pipe, even if it dies during a render."""
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        print(json.dumps(render(json.loads(requests.get()))), flush=True)


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
