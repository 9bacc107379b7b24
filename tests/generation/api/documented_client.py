"""A client written from the gateway's documentation alone: it knows a base URL, a key, and nothing of Backlot.

    SKYREELS_BASE_URL=https://api.example.com SKYREELS_API_KEY=... python documented_client.py < request.json

reads a request, waits for its video and prints the address.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from typing import Any

ENDED_WELL = {"completed", "succeeded", "success"}
ENDED_BADLY = {"failed", "fail", "error", "cancelled", "canceled"}


class Refused(Exception):
    """The answer to a request that was not taken."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status, self.error = status, error


class TaskFailed(Exception):
    """The task ended without a video."""


class Client:
    """Submits and asks, as the documentation says."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url, self.key = base_url.rstrip("/"), key

    def submit(self, request: dict[str, Any], *, idempotency_key: str = "") -> str:
        """The id of the new task. Raises Refused."""
        data = self._call("/v1/videos/generations", request, idempotency_key)["data"]
        first = data[0] if isinstance(data, list) else data
        return str(first.get("task_id") or first["id"])

    def task(self, task_id: str) -> dict[str, Any]:
        """Where the task stands. Raises Refused."""
        return self._call(f"/v1/tasks/{task_id}?language=en")["data"]

    def video(self, task_id: str, *, seconds: float = 600, every: float = 2) -> str:
        """The address of the finished video. Raises TaskFailed, TimeoutError, Refused."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            task = self.task(task_id)
            if task["status"] in ENDED_WELL:
                url = task["result"]["videos"][0]["url"]
                return url[0] if isinstance(url, list) else url
            if task["status"] in ENDED_BADLY:
                raise TaskFailed(str(task.get("error")))
            time.sleep(every)
        raise TimeoutError(f"{task_id} has not ended after {seconds} s")

    def _call(self, path: str, body: dict[str, Any] | None = None, idempotency_key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        data = None if body is None else json.dumps(body).encode()
        call = urllib.request.Request(self.base_url + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise Refused(refusal.code, json.load(refusal)["error"]) from None


if __name__ == "__main__":
    client = Client(os.environ["SKYREELS_BASE_URL"], os.environ["SKYREELS_API_KEY"])
    print(client.video(client.submit(json.load(sys.stdin))))
