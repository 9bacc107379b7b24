"""Send webhooks for ended tasks (skyreels-api.md section 6): POST to the base URL + `/callback`, unsigned."""

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
from generation.sandbox.allowed_hosts import ANY_HOST, AllowedHosts
from generation.sandbox.faults import Fault, FaultRules
from generation.sandbox.task_store import Task

log = logging.getLogger("backlot.sandbox")

RETRY_DELAYS = (10.0, 30.0, 60.0)
"""Seconds before each retry."""
_TIMEOUT = httpx.Timeout(3.0, connect=2.0)
_THREADS = 4
_MAX_QUEUED = 2000
_STOP_SECONDS = 1.0
_REFUSED = 403  # not retried


@dataclass(slots=True)
class Delivery:
    """A pending webhook; `faults` are chosen at the first attempt."""

    task: Task
    url: str
    tries: int = 0
    faults: dict[str, Fault] | None = None


class WebhookSender:
    """A few threads with a bounded queue. A restart loses pending retries, which the real provider may do as well.

    `task_response` returns the response to a query of the task.
    """

    def __init__(
        self,
        task_response: Callable[[Task], dict[str, Any]],
        faults: FaultRules,
        *,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        allowed_hosts: AllowedHosts = ANY_HOST,
    ) -> None:
        self._task_response, self._faults = task_response, faults
        self._retry_delays, self._allowed_hosts = tuple(retry_delays), allowed_hosts
        self._queue: list[tuple[float, int, Delivery]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(_THREADS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop within a second. A request in progress is aborted when the process exits."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        deadline = time.monotonic() + _STOP_SECONDS
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - time.monotonic()))

    def enqueue(self, task: Task) -> None:
        """Queue the webhook of a task, if it has one, for when its end becomes visible. Never blocks."""
        if task.webhook and task.finished is not None:
            parts = urlsplit(task.webhook)
            url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/callback"))
            self._put(task.finished, Delivery(task, url))

    def _put(self, at: float, delivery: Delivery) -> None:
        with self._changed:
            if len(self._queue) >= _MAX_QUEUED:
                log.warning("task %s: the webhook queue is full, this one is dropped", delivery.task.id)
                return
            heapq.heappush(self._queue, (at, next(self._numbers), delivery))
            self._changed.notify()

    def _next(self) -> Delivery | None:
        """Return the next webhook once it is due, or None when stopping."""
        with self._changed:
            while not self._stopped:
                pause = self._queue[0][0] - time.time() if self._queue else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(pause)
            return None

    def _work(self) -> None:
        delivery = self._next()
        if delivery is None:  # most sandboxes send no webhooks, and creating a client is slow
            return
        with self._allowed_hosts.client(timeout=_TIMEOUT) as http:
            while delivery:
                self._deliver(http, delivery)
                delivery = self._next()

    def _deliver(self, http: httpx.Client, delivery: Delivery) -> None:
        if delivery.faults is None:
            delivery.faults = self._faults.take_matching("webhook", delivery.task.prompt)
        if "lose" in delivery.faults:
            return
        response = self._task_response(delivery.task)
        content = response if "wrap" in delivery.faults else response["data"]
        statuses = [_post(http, delivery.url, content) for _ in range(_copies(delivery.faults))]
        log.info("webhook of task %s: %s", delivery.task.id, statuses[0] or "no response")
        has_failed = statuses[0] == 0 or statuses[0] >= 500
        if has_failed and delivery.tries < len(self._retry_delays):
            delay = self._retry_delays[delivery.tries]
            delivery.tries += 1
            self._put(time.time() + delay, delivery)


def _copies(faults: dict[str, Fault]) -> int:
    return round(faults["duplicate"].number("copies", 2)) if "duplicate" in faults else 1


def _post(http: httpx.Client, url: str, content: dict[str, Any]) -> int:
    """Return the status of the response, or 0 if there was none."""
    try:
        return http.post(url, json=content, follow_redirects=False).status_code
    except NotPublic as refusal:
        log.warning("a webhook is not sent: %s", refusal)
        return _REFUSED
    except (httpx.RequestError, httpx.InvalidURL):
        return 0
