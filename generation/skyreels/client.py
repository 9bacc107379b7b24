"""A provider over HTTP: transport in, schema out.

The caller passes in the httpx client and owns its timeouts, limits and lifetime. Requests and responses are defined by
the provider (`providers/`). Nothing is retried or logged here; failures raise the errors of `errors.py`, whose text
never contains the key.
"""

import re
from urllib.parse import urlsplit

import httpx

from generation.skyreels.errors import SkyReelsError
from generation.skyreels.failures import query_interrupted, redact, submit_interrupted
from generation.skyreels.limits import MAX_IDEMPOTENCY_KEY_LENGTH
from generation.skyreels.providers import GATEWAY, Call, Provider
from generation.skyreels.responses import Balance, Submitted, Task, TaskError

_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")


def default_timeout() -> httpx.Timeout:
    """Return timeouts in seconds. A gateway may read the files behind the URLs before it responds to a submit."""
    return httpx.Timeout(connect=10.0, read=60.0, write=30.0, pool=10.0)


def limits(connections: int = 10) -> httpx.Limits:
    """Return limits for a small pool, since httpx scans it for each request; idle connections are closed early."""
    return httpx.Limits(
        max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=5.0
    )


class _BaseClient:
    """A provider at a URL, with a key: the common part of both clients."""

    def __init__(self, *, base_url: str, api_key: str, provider: Provider = GATEWAY) -> None:
        """`base_url` may end with `/v1`. Raise ValueError, which does not contain the key, when either is invalid."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("the base URL of SkyReels must start with http:// or https:// and name a host")
        if not _VISIBLE_ASCII.fullmatch(api_key):
            raise ValueError("the API key of SkyReels must be visible ASCII characters without spaces")
        self.provider = provider
        self._base_url = base_url.rstrip("/").removesuffix(provider.root)
        self._secret = api_key

    def _url(self, call: Call) -> str:
        return self._base_url + call.path

    def _submit_call(self, body: bytes, idempotency_key: str) -> Call:
        if len(idempotency_key) > MAX_IDEMPOTENCY_KEY_LENGTH or not _VISIBLE_ASCII.fullmatch(idempotency_key):
            raise ValueError(
                f"an idempotency key must be 1 to {MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters"
            )
        return self.provider.submit_call(body, idempotency_key=idempotency_key, api_key=self._secret)

    def _task_call(self, task_id: str) -> Call:
        return self.provider.task_call(task_id, api_key=self._secret)

    def _read_task(self, response: httpx.Response, task_id: str) -> Task:
        task = self.provider.read_task(response, task_id=task_id, secret=self._secret)
        if task.error is None:
            return task
        code, message = (redact(text, self._secret) for text in (task.error.code, task.error.message))
        return task.model_copy(update={"error": TaskError(code=code, message=message)})


class SkyReelsClient(_BaseClient):
    """Submit and query, one call at a time. Raise the errors of `errors.py`, never those of httpx."""

    def __init__(
        self, http: httpx.Client, *, base_url: str, api_key: str, provider: Provider = GATEWAY
    ) -> None:
        super().__init__(base_url=base_url, api_key=api_key, provider=provider)
        self._http = http

    def submit(self, body: bytes, *, idempotency_key: str) -> Submitted:
        """Send the frozen bytes once (skyreels-api.md sections 1 and 5).

        Raise NotSent, Refused, OutcomeUnknown, InProgress, Indeterminate, KeyRejected or BalanceExhausted.
        """
        call = self._submit_call(body, idempotency_key)
        try:
            response = self._http.post(
                self._url(call), content=call.content, headers=call.headers, follow_redirects=False
            )
        except httpx.RequestError as failure:
            raise submit_interrupted(failure) from failure
        return self.provider.read_submitted(response, body=body, secret=self._secret)

    def task(self, task_id: str) -> Task:
        """Return a task (section 2). Raise Unavailable, UnknownTask or Paused."""
        return self._read_task(self._get(self._task_call(task_id)), task_id)

    def balance(self) -> Balance:
        """Return the balance of the account (section 3). Raise Unavailable, Refused or Paused."""
        response = self._get(self.provider.balance_call(api_key=self._secret))
        return self.provider.read_balance(response, secret=self._secret)

    def _get(self, call: Call) -> httpx.Response:
        try:
            return self._http.get(self._url(call), headers=call.headers, follow_redirects=False)
        except httpx.RequestError as failure:
            raise query_interrupted(failure) from failure


class AsyncSkyReelsClient(_BaseClient):
    """Query many tasks concurrently. It cannot submit; the other client does, one request at a time."""

    def __init__(
        self, http: httpx.AsyncClient, *, base_url: str, api_key: str, provider: Provider = GATEWAY
    ) -> None:
        super().__init__(base_url=base_url, api_key=api_key, provider=provider)
        self._http = http

    async def task(self, task_id: str) -> Task:
        """Return a task (section 2). Raise Unavailable, UnknownTask or Paused."""
        call = self._task_call(task_id)
        try:
            response = await self._http.get(self._url(call), headers=call.headers, follow_redirects=False)
        except httpx.RequestError as failure:
            raise query_interrupted(failure) from failure
        return self._read_task(response, task_id)


__all__ = ["AsyncSkyReelsClient", "SkyReelsClient", "SkyReelsError", "default_timeout", "limits"]
