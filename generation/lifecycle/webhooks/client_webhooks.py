"""Programs that asked for it are called when their task has ended (skyreels-api.md, section 6): POST to base +
`/callback` with the task, up to three retries on 5xx or silence; any other answer ends it.

The row tells who is to be called; the sweep looks and has a worker do it, one for all hosts, so that receivers that do
not answer never hold up more than one. What was told stands in the job's story.
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
from generation.models.client_webhooks import MOST_TRIES
from generation.named_lease import NamedLease
from generation.public_http import ANY_HTTP

NAME = "callbacks"
WAITS = (10, 30, 60)  # seconds before each retry
ROUND = 15.0  # seconds after which a worker calls nobody more; the next look has another one go on
LEASE = timedelta(seconds=40)  # longer than a round and its last call
SILENCE = 0
WITHHELD = "The webhook was not called: its user no longer has access to this project."
TIMEOUT = httpx.Timeout(5.0, connect=3.0)


def expect(job: Job, base_url: str) -> None:
    """Call there once the job has brought its video or failed."""
    Callback.objects.create(job=job, base_url=base_url)


def look() -> None:
    """Have a worker call those whose turn it is, unless one is at it; call this as often as is convenient."""
    if not Callback.objects.due().exists():
        return
    if lease := named_lease.acquire(NAME, LEASE):
        async_task("generation.tasks.send_webhooks", lease.token)


def call_back(token: str = "") -> None:
    """Send the webhooks that are due, one by one, for a limited time, under the lease with this token (from `look`)."""
    ends = time.monotonic() + ROUND
    try:
        while time.monotonic() < ends and (callback := _claimed()):
            if _may_be_called(callback.job):
                _note(callback, _post(callback))
            else:
                _end(callback, WITHHELD)
    finally:
        NamedLease(NAME, token, LEASE).release()


def _claimed() -> Callback | None:
    """The next one, if nobody else took it this moment. A worker that dies over it is followed by another try."""
    found = Callback.objects.due().first()
    if found is None:
        return None
    # Without a join, so that of two workers at once the second sees what the first wrote.
    mine = Callback.objects.filter(pk=found.pk, tries=found.tries)
    if not mine.update(tries=F("tries") + 1, next_try_at=timezone.now() + LEASE):
        return None
    return Callback.objects.select_related("job__take", "job__created_by").get(pk=found.pk)


def _may_be_called(job: Job) -> bool:
    """Return whether the user who created the job may still see it, since the webhook goes to a URL of theirs."""
    user = job.created_by
    return user.is_active and Job.objects.visible_to(user).filter(pk=job.pk).exists()


def _post(callback: Callback) -> int:
    """The status of the answer, or SILENCE; what else it says is not read."""
    told = task_of(callback.job).model_dump(exclude_none=True)
    try:
        with (
            _client(callback.base_url) as http,
            http.stream("POST", _address(callback.base_url), json=told, follow_redirects=False) as answer,
        ):
            return answer.status_code
    except (ssrf.NotPublic, httpx.HTTPError, httpx.InvalidURL):
        return SILENCE


def _client(base_url: str) -> httpx.Client:
    """Refuse URLs inside the installation's own network if it serves other machines, which could use them to attack
    that network (SSRF). An installation that serves only its own machine may call programs on it."""
    if gateway.serves_others():
        return ssrf.client(base_url, timeout=TIMEOUT, schemes=ANY_HTTP, exempt_provider=False)
    return httpx.Client(timeout=TIMEOUT, trust_env=gateway.heeds_proxies(base_url))


def _address(base_url: str) -> str:
    parts = urlsplit(base_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/callback", fragment=""))


def _note(callback: Callback, status: int) -> None:
    """Writes down what came of a try: the next one, or that and how it ended."""
    if (status == SILENCE or status >= 500) and callback.tries < MOST_TRIES:
        again = timezone.now() + timedelta(seconds=WAITS[callback.tries - 1])
        Callback.objects.filter(pk=callback.pk).update(next_try_at=again)
        return
    _end(callback, _told(callback, status))


def _end(callback: Callback, text: str) -> None:
    """Record the outcome and stop retrying. Keep only the origin of the URL: the rest may contain a secret."""
    parts = urlsplit(callback.base_url)
    origin = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "", ""))
    with transaction.atomic():
        Callback.objects.filter(pk=callback.pk).update(next_try_at=None, base_url=origin)
        record_event(callback.job_id, callback.job.status, text)


def _told(callback: Callback, status: int) -> str:
    host = urlsplit(callback.base_url).hostname
    if 200 <= status < 300:
        return f"The program that asked for it was called at {host}."
    why = f"{host} answered {status}" if status else f"{host} did not answer"
    return f"The program that asked for it could not be called: {why}. It can still ask for the task."
