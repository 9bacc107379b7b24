"""Counters of the `limits` library in the database.

The library's own storages are Redis, which not every installation has, and memory, which processes do not share.
"""

from datetime import timedelta

from django.db import Error, connection, transaction
from django.db.models import Case, DateTimeField, F, PositiveIntegerField, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from limits.storage import Storage

from library.models import AttemptCounter

PURGED_AT_ONCE = 200  # expired counters deleted whenever a new one is made, which bounds the table


class DatabaseStorage(Storage):
    """Counters with an expiry. Expired counters start again at zero."""

    STORAGE_SCHEME = ["django-database"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to the counter, never below zero, and return its new value."""
        hashed = _hashed(key)
        with transaction.atomic(savepoint=False):
            if not _add(hashed, expiry, amount):
                _make(hashed, expiry)
                _add(hashed, expiry, amount)
            return AttemptCounter.objects.values_list("count", flat=True).get(key=hashed)

    def get(self, key: str) -> int:
        """Return the counter's value, 0 for one that does not exist."""
        found = AttemptCounter.objects.filter(key=_hashed(key), expires_at__gt=timezone.now())
        return found.values_list("count", flat=True).first() or 0

    def get_expiry(self, key: str) -> float:
        """Return the end of the counter's window in seconds since 1970."""
        found = AttemptCounter.objects.filter(key=_hashed(key)).values_list("expires_at", flat=True).first()
        return (found or timezone.now()).timestamp()

    def check(self) -> bool:
        """Return whether the database responds."""
        return connection.is_usable()

    def reset(self) -> int:
        """Delete all counters, and return their number."""
        return AttemptCounter.objects.all().delete()[0]

    def clear(self, key: str) -> None:
        """Delete one counter."""
        AttemptCounter.objects.filter(key=_hashed(key)).delete()


def _add(hashed: str, expiry: int, amount: int) -> bool:
    now = timezone.now()
    is_over = When(expires_at__lte=now, then=Value(max(0, amount)))
    until = When(expires_at__lte=now, then=Value(now + timedelta(seconds=expiry), DateTimeField()))
    added = Greatest(F("count") + amount, Value(0), output_field=PositiveIntegerField())
    return bool(
        AttemptCounter.objects.filter(key=hashed).update(
            count=Case(is_over, default=added, output_field=PositiveIntegerField()),
            expires_at=Case(until, default=F("expires_at"), output_field=DateTimeField()),
        )
    )


def _make(hashed: str, expiry: int) -> None:
    now = timezone.now()
    made = AttemptCounter(key=hashed, expires_at=now + timedelta(seconds=expiry))
    AttemptCounter.objects.bulk_create([made], ignore_conflicts=True)
    # Skip rows that another transaction has locked: two deletions could deadlock, and a counter that has just been
    # restarted would be lost.
    expired = AttemptCounter.objects.select_for_update(skip_locked=True).filter(expires_at__lte=now)
    keys = list(expired.values_list("pk", flat=True)[:PURGED_AT_ONCE])
    AttemptCounter.objects.filter(pk__in=keys).delete()


def _hashed(key: str) -> str:
    """Hash the key, which may contain user input such as a password in the wrong field."""
    return salted_hmac("library.throttling", key, algorithm="sha256").hexdigest()
