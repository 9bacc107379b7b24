"""The gateway over HTTP: transport in, schema out.

The httpx client is handed in and stays the caller's, with its timeouts, limits and life. Nothing is retried
and nothing is logged here; what went wrong is told by the errors of `errors.py`, whose text never contains
the key.
"""

import re
from urllib.parse import quote, urlsplit

import httpx

from .answers import Balance, Submitted, Task, find_task_id
from .errors import OutcomeUnknown, Refused, SkyReelsError, Unavailable, UnknownTask
from .failures import (
    query_failure,
    query_interrupted,
    read_complaint,
    read_json,
    submit_failure,
    submit_interrupted,
    unreadable_answer,
)
from .limits import MAX_IDEMPOTENCY_KEY_LENGTH

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def default_timeout() -> httpx.Timeout:
    """Seconds to wait: a gateway may look at the files behind the URLs before it answers a submit."""
    return httpx.Timeout(connect=10.0, read=60.0, write=30.0, pool=10.0)


def limits(connections: int = 10) -> httpx.Limits:
    """A small pool, since httpx scans it for each request; idle connections go before they are dropped."""
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=5.0
    )


class _Gateway:
    """Addresses, headers and the reading of answers, alike for both clients."""

    def __init__(self, *, base_url: str, api_key: str) -> None:
        """`base_url` with or without `/v1`. ValueError, without the key in it, when either is of no use."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the base URL of SkyReels must start with http:// or https:// and name a host")
        if not _VISIBLE_ASCII.fullmatch(api_key):
            raise ValueError("the API key of SkyReels must be visible ASCII characters without blanks")
        self._base_url = base_url.rstrip("/").removesuffix("/v1")
        self._secret = api_key
        # httpx.Headers, because it hides the key when a traceback shows it.
        self._headers = httpx.Headers({"Authorization": f"Bearer {api_key}"})

    @property
    def _submit_url(self) -> str:
        return f"{self._base_url}/v1/videos/generations"

    @property
    def _balance_url(self) -> str:
        return f"{self._base_url}/v1/balance"

    def _task_url(self, task_id: str) -> str:
        if not task_id.strip(". "):  # would name another address than a task's
            raise UnknownTask("A task id must not be empty.")
        return f"{self._base_url}/v1/tasks/{quote(task_id, safe='')}?language=en"

    def _submit_headers(self, idempotency_key: str) -> httpx.Headers:
        if len(idempotency_key) > MAX_IDEMPOTENCY_KEY_LENGTH or not _VISIBLE_ASCII.fullmatch(idempotency_key):
            raise ValueError(
                f"an idempotency key must be 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters"
            )
        headers = self._headers.copy()
        headers.update({"Content-Type": "application/json", "Idempotency-Key": idempotency_key})
        return headers

    def _read_submitted(self, response: httpx.Response) -> Submitted:
        if not response.is_success:
            raise submit_failure(response, self._secret)
        task_id = find_task_id(read_json(response))
        if task_id is None:
            raise unreadable_answer(OutcomeUnknown, response, self._secret)
        replayed = response.headers.get("Idempotency-Replayed", "").lower() == "true"
        return Submitted(task_id=task_id, replayed=replayed)

    def _read_task(self, response: httpx.Response, task_id: str) -> Task:
        if not response.is_success:
            raise query_failure(response, self._secret)
        task = Task.read(read_json(response))
        if task is None:
            raise unreadable_answer(Unavailable, response, self._secret)
        return task if task.id else task.model_copy(update={"id": task_id})

    def _read_balance(self, response: httpx.Response) -> Balance:
        if not response.is_success:
            raise query_failure(response, self._secret, missing=Refused)
        payload = read_json(response)
        if not isinstance(payload, dict):
            raise unreadable_answer(Unavailable, response, self._secret)
        if payload.get("success") is False or read_complaint(payload.get("error")).message:
            raise unreadable_answer(Refused, response, self._secret)
        return Balance.model_validate(payload)


class SkyReelsClient(_Gateway):
    """Submits and asks, one call at a time. Raises the errors of `errors.py` and nothing of httpx."""

    def __init__(self, http: httpx.Client, *, base_url: str, api_key: str) -> None:
        super().__init__(base_url=base_url, api_key=api_key)
        self._http = http

    def submit(self, body: bytes, *, idempotency_key: str) -> Submitted:
        """Send the frozen bytes once (skyreels-api.md sections 1 and 5).

        Raises NotSent, Refused, OutcomeUnknown, InProgress, KeyRejected or BalanceExhausted.
        """
        headers = self._submit_headers(idempotency_key)
        try:
            response = self._http.post(
                self._submit_url, content=body, headers=headers, follow_redirects=False
            )
        except httpx.RequestError as failure:
            raise submit_interrupted(failure) from failure
        return self._read_submitted(response)

    def task(self, task_id: str) -> Task:
        """How the task stands (section 2). Raises Unavailable, UnknownTask or Paused."""
        return self._read_task(self._get(self._task_url(task_id)), task_id)

    def balance(self) -> Balance:
        """What is left on the account (section 3). Raises Unavailable, Refused or Paused."""
        return self._read_balance(self._get(self._balance_url))

    def _get(self, url: str) -> httpx.Response:
        try:
            return self._http.get(url, headers=self._headers, follow_redirects=False)
        except httpx.RequestError as failure:
            raise query_interrupted(failure) from failure


class AsyncSkyReelsClient(_Gateway):
    """Asks about many tasks at once; submitting is left to the other client, one at a time."""

    def __init__(self, http: httpx.AsyncClient, *, base_url: str, api_key: str) -> None:
        super().__init__(base_url=base_url, api_key=api_key)
        self._http = http

    async def task(self, task_id: str) -> Task:
        """How the task stands (section 2). Raises Unavailable, UnknownTask or Paused."""
        url = self._task_url(task_id)
        try:
            response = await self._http.get(url, headers=self._headers, follow_redirects=False)
        except httpx.RequestError as failure:
            raise query_interrupted(failure) from failure
        return self._read_task(response, task_id)


__all__ = ["AsyncSkyReelsClient", "SkyReelsClient", "SkyReelsError", "default_timeout", "limits"]
