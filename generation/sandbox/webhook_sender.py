"""Calls back when a task has ended (skyreels-api.md section 6): POST to base + `/callback`, without any signature."""

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

from generation.public_http import NotPublic
from generation.sandbox.allowed_hosts import ANYWHERE, Reach
from generation.sandbox.faults import Fault, FaultBox
from generation.sandbox.task_store import Task

log = logging.getLogger("backlot.sandbox")

WAITS = (10.0, 30.0, 60.0)
"""Seconds before each of the retries."""
_PATIENCE = httpx.Timeout(3.0, connect=2.0)
_CARRIERS = 4
_MOST = 2000
_GOODBYE = 1.0
_REFUSED = 403  # not retried


@dataclass(slots=True)
class Delivery:
    """One message under way; `faults` were struck when it was sent for the first time."""

    task: Task
    address: str
    tries: int = 0
    faults: dict[str, Fault] | None = None


class Courier:
    """A few threads with a bounded pile of messages. A restart forgets the retries, as a real one may.

    `tell` gives the answer about a task as a query would.
    """

    def __init__(
        self,
        tell: Callable[[Task], dict[str, Any]],
        faults: FaultBox,
        *,
        waits: Sequence[float] = WAITS,
        reach: Reach = ANYWHERE,
    ) -> None:
        self._tell, self._faults, self._waits, self._reach = tell, faults, tuple(waits), reach
        self._pile: list[tuple[float, int, Delivery]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._carriers = [threading.Thread(target=self._work, daemon=True) for _ in range(_CARRIERS)]

    def start(self) -> None:
        for carrier in self._carriers:
            carrier.start()

    def stop(self) -> None:
        """End within a second; a message that is just being read out ends with the process."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + _GOODBYE
        for carrier in self._carriers:
            if carrier.is_alive():
                carrier.join(max(0.0, deadline - time.monotonic()))

    def expect(self, task: Task) -> None:
        """Send word of a task, if it asked for that, once its end can be seen. Never waits for anybody."""
        if task.webhook and task.finished is not None:
            parts = urlsplit(task.webhook)
            address = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/callback"))
            self._put(task.finished, Delivery(task, address))

    def _put(self, at: float, delivery: Delivery) -> None:
        with self._changed:
            if len(self._pile) >= _MOST:
                log.warning("task %s: too many callbacks are waiting, this one is dropped", delivery.task.id)
                return
            heapq.heappush(self._pile, (at, next(self._numbers), delivery))
            self._changed.notify()

    def _next(self) -> Delivery | None:
        """The next message once it is due; None when the courier stops."""
        with self._changed:
            while not self._stopped:
                pause = self._pile[0][0] - time.time() if self._pile else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._pile)[2]
                self._changed.wait(pause)
            return None

    def _work(self) -> None:
        delivery = self._next()
        if delivery is None:  # most sandboxes never call anybody, and a client is slow to make
            return
        with self._reach.client(timeout=_PATIENCE) as http:
            while delivery:
                self._deliver(http, delivery)
                delivery = self._next()

    def _deliver(self, http: httpx.Client, delivery: Delivery) -> None:
        if delivery.faults is None:
            delivery.faults = self._faults.strike("webhook", delivery.task.prompt)
        if "lose" in delivery.faults:
            return
        told = self._tell(delivery.task)
        content = told if "wrap" in delivery.faults else told["data"]
        statuses = [_post(http, delivery.address, content) for _ in range(_copies(delivery.faults))]
        log.info("task %s called back: %s", delivery.task.id, statuses[0] or "no answer")
        silent = statuses[0] == 0 or statuses[0] >= 500
        if silent and delivery.tries < len(self._waits):
            wait = self._waits[delivery.tries]
            delivery.tries += 1
            self._put(time.time() + wait, delivery)


def _copies(faults: dict[str, Fault]) -> int:
    return round(faults["duplicate"].number("copies", 2)) if "duplicate" in faults else 1


def _post(http: httpx.Client, address: str, content: dict[str, Any]) -> int:
    """The status of the answer; 0 when there was none."""
    try:
        return http.post(address, json=content, follow_redirects=False).status_code
    except NotPublic as refusal:
        log.warning("a callback is not sent: %s", refusal)
        return _REFUSED
    except (httpx.RequestError, httpx.InvalidURL):
        return 0
