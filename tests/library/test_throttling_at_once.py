"""Counters while other transactions are under way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from library.models import AttemptCounter
from library.throttling.counters import DatabaseStorage

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_a_new_counter_waits_for_no_expired_one_that_somebody_holds() -> None:
    """Two that made counters and deleted each other's expired ones waited for each other (a deadlock)."""
    past = timezone.now() - timedelta(minutes=1)
    AttemptCounter.objects.bulk_create(
        AttemptCounter(key=f"old {number}", expires_at=past) for number in "12"
    )
    held, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                AttemptCounter.objects.select_for_update().get(key="old 1")
                held.set()
                done.wait(timeout=30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(hold)
        held.wait(timeout=30)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '500ms'")
            assert DatabaseStorage().incr("fresh", 60) == 1
        finally:
            done.set()
            other.result()
            connection.close()
    assert set(AttemptCounter.objects.filter(key__startswith="old").values_list("key", flat=True)) == {
        "old 1"
    }
