"""Health checks, one per component. `/readyz` runs the quick ones, `manage.py doctor` runs all of them.

No check raises an exception or reveals a secret.
"""

import secrets
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import Error, connection
from django_q.brokers import get_broker
from redis.exceptions import RedisError

from generation import gateway
from generation.gateway import is_private
from generation.skyreels.errors import SkyReelsError
from generation.supervision.health import proxy_check
from generation.supervision.metrics import figures
from generation.supervision.metrics.figures import Ended, Overdue
from generation.supervision.processes.heartbeat_monitor import heartbeat_age
from library import storage
from library.throttling import HIDDEN_CLIENTS

WORKER_SILENCE = 15.0  # seconds without a sweep that count as healthy; allows for a restart of the cluster
ANSWER_WITHIN = 5.0  # seconds
ENOUGH_TO_JUDGE = 5  # failures, without any success, that make the check fail


@dataclass(frozen=True)
class Check:
    """The result of one check; `detail` gives the facts or the remedy in one line."""

    name: str
    ok: bool
    detail: str


def database_ok() -> Check:
    """Check that the database responds."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as error:
        return Check(
            "database", False, f"does not answer ({_line(error)}): start it, or correct DATABASE_URL"
        )
    return Check("database", True, connection.display_name)


def queue_ok() -> Check:
    """Check that the broker responds. A queue in the database is as healthy as the database."""
    try:
        waiting = get_broker().queue_size()
    except (Error, RedisError) as error:
        remedy = "start it, or correct REDIS_URL" if settings.REDIS_URL else "see the database"
        return Check("queue", False, f"does not answer ({_line(error)}): {remedy}")
    place = "Redis" if settings.REDIS_URL else "in the database"
    return Check("queue", True, f"{place}, {waiting} waiting")


def storage_ok() -> Check:
    """Check that the storage responds, accepts our keys and has our bucket; write nothing."""
    place = f"{settings.AWS_S3_ENDPOINT_URL}, bucket {settings.AWS_STORAGE_BUCKET_NAME}"
    try:
        _get(settings.AWS_S3_ENDPOINT_URL)
        storage.check_bucket()
    except (httpx.HTTPError, storage.StorageFailed) as error:
        return Check("storage", False, f"{place}: {_line(error)}; {storage_remedy()}")
    return Check("storage", True, place)


def storage_round_trip() -> Check:
    """Store a test object, fetch it by a presigned URL, and delete it again.

    Fail if the object can also be fetched without the signature.
    """
    key, content = f"health/{secrets.token_hex(8)}", secrets.token_bytes(1024)
    try:
        _put(key, content)
        try:
            signed = _get(storage.signed_url(key))
            bare = _get(storage.signed_url(key).partition("?")[0])
        finally:
            storage.delete(key)
    except (httpx.HTTPError, storage.StorageFailed) as error:
        return Check("storage", False, f"{_line(error)}; {storage_remedy()}")
    if signed.content != content:
        detail = f"a presigned URL was answered with {signed.status_code}: check AWS_S3_PUBLIC_ENDPOINT_URL"
        return Check("storage", False, f"{detail}, AWS_S3_REGION_NAME and the clock of this machine")
    if bare.is_success:
        return Check("storage", False, "objects can be read without a signature: make the bucket private")
    return Check("storage", True, "put, got by presigned URL, deleted; refused without a signature")


def provider_ok() -> Check:
    """Check that the provider responds and accepts our key, and that the account has a balance left."""
    name = f"provider ({gateway.provider_name()})"
    try:
        with gateway.client() as client:
            balance = client.balance()
    except SkyReelsError as error:
        remedy = "correct SKYREELS_API_KEY and SKYREELS_BASE_URL"
        if settings.SANDBOX_IS_EMBEDDED:
            remedy = "start it with `manage.py up` or `manage.py sandbox`"
        return Check(name, False, f"{error.message}; {remedy}")
    if balance.unlimited_quota or balance.remain_balance is None:
        return Check(name, True, "unlimited" if balance.unlimited_quota else "answers, without a balance")
    if balance.remain_balance <= 0:
        return Check(name, False, "no balance left: top up the account")
    return Check(name, True, f"{balance.remain_balance} USD left")


def worker_ok() -> Check:
    """Check that a worker has swept within the last `WORKER_SILENCE` seconds."""
    try:
        age = heartbeat_age()
    except Error:
        return _unknown("worker")
    if age <= WORKER_SILENCE:
        return Check("worker", True, f"swept {max(age, 0):.0f} s ago")
    since = "has never swept" if age == float("inf") else f"has not swept for {age:.0f} s"
    return Check("worker", False, f"{since}: start `manage.py worker`, or read its log")


def work_ok() -> list[Check]:
    """Check that the worker sweeps, that no step is long overdue, and that not all renders fail."""
    try:
        return [
            worker_ok(),
            steps_ok(figures.oldest_overdue()),
            waiting_ok(figures.oldest_waiting()),
            renders_ok(figures.ended_lately()),
        ]
    except Error:
        return [_unknown(name) for name in ("worker", "steps", "waiting", "renders")]


def steps_ok(overdue: Overdue | None) -> Check:
    """Check that due steps are carried out: a worker that sweeps but never claims a step would look healthy."""
    if overdue is None:
        return Check("steps", True, "nothing is overdue")
    told = f"job {overdue.job} ({overdue.status}) has been due for {overdue.seconds:.0f} s"
    if overdue.seconds <= settings.OVERDUE_MINUTES * 60:
        return Check("steps", True, told)
    return Check("steps", False, f"{told}: read the worker's log, and start `manage.py worker` again")


def waiting_ok(seconds: float) -> Check:
    """Report how long the oldest queued job has waited. Never fail, since a long queue that moves is healthy."""
    told = f"the oldest waiting job has waited for {seconds:.0f} s" if seconds else "no job waits"
    return Check("waiting", True, told)


def renders_ok(ended: Ended) -> Check:
    """Report the failures of the last hour. Fail only if no render succeeded and `ENOUGH_TO_JUDGE` failed."""
    count = ended.stored + ended.failed
    told = f"{ended.failed} of {count} failed within the last hour"
    if ended.stored or ended.failed < ENOUGH_TO_JUDGE:
        return Check("renders", True, told)
    return Check("renders", False, f"{told}: see the jobs' pages, and `manage.py doctor` about the provider")


def public_endpoint_ok() -> Check:
    """Check that the endpoint in our presigned URLs responds, and that the provider can reach it."""
    name, address = "public endpoint", settings.AWS_S3_PUBLIC_ENDPOINT_URL
    remedy = "set AWS_S3_PUBLIC_ENDPOINT_URL to an address of the storage"
    if not settings.PROVIDER_IS_SANDBOX and is_private(urlsplit(address).hostname or ""):
        return Check(
            name, False, f"the provider cannot fetch from {address}: {remedy} that the internet can reach"
        )
    try:
        _get(address)
    except httpx.HTTPError as error:
        return Check(name, False, f"{address}: {_line(error)}; {remedy} that browsers can reach")
    return Check(name, True, address)


def proxy_ok() -> Check:
    """Check that the public URL leads here, through a proxy that forwards what Backlot needs (docs/proxy.md)."""
    try:
        return Check("public URL", True, proxy_check.check())
    except proxy_check.Misconfigured as problem:
        return Check("public URL", False, f"{settings.PUBLIC_URL}: {problem}; see docs/proxy.md")
    except (httpx.HTTPError, OSError) as error:
        detail = f"{settings.PUBLIC_URL} does not answer from here ({_line(error)})"
        return Check("public URL", False, f"{detail}: start `manage.py web`, or correct BACKLOT_PUBLIC_URL")


def clients_ok() -> Check:
    """Check that clients can be distinguished by IP address, which throttling relies on."""
    try:
        hidden = HIDDEN_CLIENTS.used()
    except Error:
        return _unknown("clients")
    if not hidden:
        return Check("clients", True, "told apart by their addresses")
    remedy = "let it send X-Forwarded-For, or correct BACKLOT_TRUSTED_PROXIES"
    return Check(
        "clients", False, f"{hidden} attempts within a day came through a proxy that hides them: {remedy}"
    )


ALL: list[Callable[[], Check]] = [
    queue_ok,
    storage_round_trip,
    provider_ok,
    worker_ok,
    public_endpoint_ok,
    proxy_ok,
    clients_ok,
]


def _get(address: str) -> httpx.Response:
    """Return any response, even a refusal. Servers on this machine are never reached through a proxy."""
    return httpx.get(address, timeout=ANSWER_WITHIN, trust_env=gateway.heeds_proxies(address))


def _put(key: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        path = Path(folder) / "health"
        path.write_bytes(content)
        storage.upload(path, key, "application/octet-stream")


def storage_remedy() -> str:
    """Return what to check when the storage cannot be used."""
    if settings.S3_IS_EMBEDDED:
        return "start it with `manage.py up`"
    return (
        "check AWS_S3_ENDPOINT_URL, AWS_STORAGE_BUCKET_NAME and its keys; "
        "`manage.py doctor --fix` creates a missing bucket"
    )


def _unknown(name: str) -> Check:
    return Check(name, False, "cannot be looked up, the database does not answer")


def _line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
