"""The checks behind `/readyz` and `manage.py doctor`: what is wrong is named, with the remedy, without a secret."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from generation.models import Heartbeat
from generation.sandbox.server import SandboxServer
from generation.supervision.health import checks
from generation.supervision.health.checks import Check
from library.authentication import LOGINS
from library.client_address import Client


@pytest.mark.django_db
def test_a_worker_is_well_while_it_sweeps() -> None:
    assert checks.worker_ok() == Check(
        "worker", False, "has never swept: start `manage.py worker`, or read its log"
    )
    Heartbeat.objects.create(name="sweep", beat_at=timezone.now() - timedelta(seconds=3))
    assert checks.worker_ok() == Check("worker", True, "swept 3 s ago")
    Heartbeat.objects.update(beat_at=timezone.now() - timedelta(seconds=40))
    assert checks.worker_ok() == Check(
        "worker", False, "has not swept for 40 s: start `manage.py worker`, or read its log"
    )


@pytest.mark.django_db
def test_a_database_that_answers_is_well() -> None:
    assert checks.database_ok() == Check("database", True, connection.display_name)


def test_the_storage_is_well(s3: None, settings) -> None:
    place = f"{settings.AWS_S3_ENDPOINT_URL}, bucket {settings.AWS_STORAGE_BUCKET_NAME}"
    assert checks.storage_ok() == Check("storage", True, place)
    assert checks.storage_round_trip() == Check(
        "storage", True, "put, got by presigned URL, deleted; refused without a signature"
    )
    assert checks.public_endpoint_ok() == Check("public endpoint", True, settings.AWS_S3_PUBLIC_ENDPOINT_URL)


def test_the_provider_tells_its_balance(sandbox: SandboxServer) -> None:
    check = checks.provider_ok()
    assert (check.name, check.ok) == ("provider (sandbox)", True)
    assert check.detail.endswith(" USD left")


def test_a_rejected_key_is_named_and_not_shown(sandbox: SandboxServer, settings) -> None:
    settings.SKYREELS_API_KEY = "a-key-that-nobody-gave-out"
    settings.SANDBOX_IS_EMBEDDED = False
    check = checks.provider_ok()
    assert not check.ok
    assert check.detail.endswith("correct SKYREELS_API_KEY and SKYREELS_BASE_URL")
    assert settings.SKYREELS_API_KEY not in check.detail


def test_nobody_there_is_a_remedy(settings) -> None:
    settings.AWS_S3_ENDPOINT_URL = settings.AWS_S3_PUBLIC_ENDPOINT_URL = "http://127.0.0.1:9"
    settings.SKYREELS_BASE_URL = "http://127.0.0.1:9"
    storage, provider, public = checks.storage_ok(), checks.provider_ok(), checks.public_endpoint_ok()
    assert [storage.ok, provider.ok, public.ok] == [False, False, False]
    assert storage.detail.endswith("start it with `manage.py up`")
    assert provider.detail.endswith("start it with `manage.py up` or `manage.py sandbox`")
    assert public.detail.endswith(
        "set AWS_S3_PUBLIC_ENDPOINT_URL to an address of the storage that browsers can reach"
    )


def test_the_real_provider_cannot_fetch_from_here(settings) -> None:
    settings.PROVIDER_IS_SANDBOX = False
    check = checks.public_endpoint_ok()
    assert not check.ok
    assert check.detail.startswith(f"the provider cannot fetch from {settings.AWS_S3_PUBLIC_ENDPOINT_URL}: ")


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("192.168.1.5", True),
        ("fd00::1", True),
        ("localhost", True),
        ("minio", True),
        ("nas.local", True),
        ("8.8.8.8", False),
        ("media.example.com", False),
    ],
)
def test_private_addresses(host: str, private: bool) -> None:
    assert checks.is_private(host) is private


def test_a_proxy_that_hides_its_clients_is_reported(db: None) -> None:
    assert checks.clients_ok().ok
    LOGINS.begin("somebody", Client("10.0.0.1", is_shared=True))
    check = checks.clients_ok()
    assert (check.ok, check.detail.startswith("1 attempts within a day")) == (False, True)
    assert "BACKLOT_TRUSTED_PROXIES" in check.detail
