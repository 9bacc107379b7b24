"""The child process that films: orders come in as lines of JSON, answers go out as such.

A process of its own, because drawing would hold the interpreter while hundreds of polls wait for it.
"""

import json
import os
import queue
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from generation.sandbox.allowed_hosts import Reach
from generation.sandbox.rules import read_order
from generation.sandbox.sources import FetchFailed
from generation.sandbox.video import Filming


def film(work: dict[str, Any]) -> dict[str, Any]:
    """Film one order to `path`: {"seconds": float}, or {"error": {…}} when a source is bad."""
    target = Path(work["path"])
    part = target.with_suffix(".part")
    try:
        with tempfile.TemporaryDirectory(prefix="sources-", dir=target.parent) as folder:
            order, reach = read_order(json.loads(work["body"])), Reach(work["exempt"])
            seconds = Filming(order, work["task_id"], Path(folder), reach).write(part)
    except FetchFailed as trouble:
        part.unlink(missing_ok=True)
        return {"error": {"code": "fetch_failed", "message": str(trouble), "type": "task_error"}}
    part.replace(target)
    return {"seconds": seconds}


def main() -> None:
    """Serve until the parent closes the pipe, even if it dies in the middle of a film."""
    orders: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    while True:
        print(json.dumps(film(json.loads(orders.get()))), flush=True)


def _listen(orders: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        orders.put(line)
    os._exit(0)


if __name__ == "__main__":
    main()
