"""Webhooks of API clients: when a task has ended, POST it to their base URL + `/callback` (skyreels-api.md, section 6).

A 5xx status or no response is retried up to three times; any other response ends it. The row is the schedule: the
sweep queues a task, one for all hosts, so that receivers that do not respond never occupy more than one worker. The
outcome is recorded in the job's event log.
"""

import time
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from generation import gateway, named_lease
from generation.gateway_task import task_of
from generation.lifecycle.leases import record_event
from generation.lifecycle.store import ssrf
from generation.models import Callback, Job
from generation.models.client_webhooks import MAX_TRIES
from generation.models.job_codes import Event, EventCode
from generation.named_lease import NamedLease
from generation.public_http import ANY_HTTP

NAME = "callbacks"
RETRY_DELAYS_S = (10, 30, 60)
# After this time a worker starts no more calls; the next sweep queues another task.
MAX_RUN_S = 15.0
LEASE = timedelta(seconds=40)  # longer than a run and its last call
NO_RESPONSE = 0
TIMEOUT = httpx.Timeout(5.0, connect=3.0)


def expect(job: Job, base_url: str) -> None:
    """Register a webhook to call once the job has a take or has failed."""
    Callback.objects.create(job=job, base_url=base_url)


def queue_due() -> None:
    """Queue a task that calls the due webhooks, unless a worker is at it; call this as often as is convenient."""
    if not Callback.objects.due().exists():
        return
    if lease := named_lease.acquire(NAME, LEASE):
        async_task("generation.tasks.send_webhooks", lease.token)


def send_webhooks(token: str = "") -> None:
    """Call the due webhooks one by one, for a limited time, under the lease with this token (from `queue_due`)."""
    ends = time.monotonic() + MAX_RUN_S
    try:
        while time.monotonic() < ends and (callback := _claim_next()):
            if _is_permitted(callback.job):
                _retry_or_finish(callback, _post(callback))
            else:
                _finish(callback, Event(EventCode.WEBHOOK_WITHHELD))
    finally:
        NamedLease(NAME, token, LEASE).release()


def _claim_next() -> Callback | None:
    """Claim the next webhook unless another worker just has. If this worker dies, the claim counts as a try."""
    found = Callback.objects.due().first()
    if found is None:
        return None
    # Without a join, so that the second of two concurrent workers sees what the first wrote.
    mine = Callback.objects.filter(pk=found.pk, tries=found.tries)
    if not mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + LEASE):
        return None
    return Callback.objects.select_related("job__take", "job__created_by").get(pk=found.pk)


def _is_permitted(job: Job) -> bool:
    """Return whether the user who created the job may still see it, since the webhook goes to a URL of theirs."""
    user = job.created_by
    return user.is_active and Job.objects.visible_to(user).filter(pk=job.pk).exists()


def _post(callback: Callback) -> int:
    """Return the status of the response, or NO_RESPONSE. Its body is not read."""
    task = task_of(callback.job).model_dump(exclude_none=True)
    try:
        with (
            _client(callback.base_url) as http,
            http.stream("POST", _url(callback.base_url), json=task, follow_redirects=False) as response,
        ):
            return response.status_code
    except (ssrf.NotPublic, httpx.HTTPError, httpx.InvalidURL):
        return NO_RESPONSE


def _client(base_url: str) -> httpx.Client:
    """Refuse URLs inside the installation's own network if it serves other machines, which could use them to attack
    that network (SSRF). An installation that serves only its own machine may call that machine."""
    if gateway.serves_others():
        return ssrf.client(base_url, timeout=TIMEOUT, schemes=ANY_HTTP, exempt_provider=False)
    return httpx.Client(timeout=TIMEOUT, trust_env=gateway.heeds_proxies(base_url))


def _url(base_url: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/callback", fragment=""))


def _retry_or_finish(callback: Callback, status: int) -> None:
    """Schedule the next try, or record how it ended."""
    if (status == NO_RESPONSE or status >= 500) and callback.tries < MAX_TRIES:
        next_try = timezone.now() + timedelta(seconds=RETRY_DELAYS_S[callback.tries - 1])
        Callback.objects.filter(pk=callback.pk).update(next_try_at=next_try)
        return
    _finish(callback, _outcome(callback, status))


def _outcome(callback: Callback, status: int) -> Event:
    host = {"host": urlsplit(callback.base_url).hostname}
    if 200 <= status < 300:
        return Event(EventCode.WEBHOOK_SENT, host)
    if status == NO_RESPONSE:
        return Event(EventCode.WEBHOOK_UNANSWERED, host)
    return Event(EventCode.WEBHOOK_REFUSED, host | {"status": status})


def _finish(callback: Callback, event: Event) -> None:
    """Record the outcome and stop retrying. Keep only the origin of the URL: the rest may contain a secret."""
    parts = urlsplit(callback.base_url)
    origin = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
    with transaction.atomic():
        Callback.objects.filter(pk=callback.pk).update(next_try_at=None, base_url=origin)
        record_event(callback.job_id, callback.job.status, event)
