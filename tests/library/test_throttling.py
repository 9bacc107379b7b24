"""Counters in the database, rates, and who has to wait for whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from library.client_address import Client
from library.models import AttemptCounter
from library.throttling import AttemptThrottle, RateLimit, TooManyAttempts
from library.throttling.counters import PURGED_AT_ONCE, DatabaseStorage

pytestmark = pytest.mark.django_db
HERE, THERE, HIDDEN = Client("192.0.2.1"), Client("192.0.2.2"), Client("10.0.0.1", is_shared=True)


@pytest.fixture
def later() -> Callable[[int], None]:
    """Let so many seconds pass for every counter."""

    def pass_by(seconds: int) -> None:
        for counter in AttemptCounter.objects.all():
            counter.expires_at -= timedelta(seconds=seconds)
            counter.save()

    return pass_by


def throttle(**limits: str) -> AttemptThrottle:
    rates = {"per_client": "5/minute; 10/hour", "of_client": "12/hour", "under_attack": "20/hour"}
    return AttemptThrottle.named("door", **(rates | limits))


def fail(
    door: AttemptThrottle, times: int, subject: str = "bob", client: Client = HERE, device: str = ""
) -> int:
    """Attempt so often with a wrong secret, and return how many were heard."""
    heard = 0
    for _ in range(times):
        try:
            door.begin(subject, client, device=device)
        except TooManyAttempts:
            continue
        heard += 1
    return heard


def test_a_counter_adds_up_expires_and_never_goes_below_zero(later) -> None:
    counters = DatabaseStorage()
    assert [counters.incr("a", 60), counters.incr("a", 60), counters.incr("a", 60, 3)] == [1, 2, 5]
    assert [counters.incr("a", 60, -2), counters.incr("b", 60, -1), counters.incr("b", 60)] == [3, 0, 1]
    assert 58 < counters.get_expiry("a") - timezone.now().timestamp() <= 60
    later(61)
    assert (counters.get("a"), counters.incr("a", 60)) == (0, 1)
    counters.clear("a")
    assert (counters.get("a"), counters.get("b"), counters.check()) == (0, 0, True)


def test_expired_counters_are_deleted_when_new_ones_are_made(later) -> None:
    counters = DatabaseStorage()
    for number in range(20):
        counters.incr(f"old {number}", 60)
    later(61)
    counters.incr("new", 60)
    assert AttemptCounter.objects.count() == 1
    assert PURGED_AT_ONCE >= 20


def test_nothing_that_was_typed_stands_in_a_key() -> None:
    DatabaseStorage().incr("my password in the wrong field, from 192.0.2.1", 60)
    key = AttemptCounter.objects.get().key
    assert (len(key), "password" in key, "192.0" in key) == (64, False, False)


def test_a_rate_limit_says_when_to_come_back(later) -> None:
    limit = RateLimit("notes", "2/minute; 3/hour")
    for _ in range(2):
        limit.spend("greta")
    with pytest.raises(TooManyAttempts) as refusal:
        limit.spend("greta")
    assert 58 < refusal.value.retry_after <= 60
    assert (limit.wait("otto"), limit.most) == (0, 2)
    later(61)
    limit.spend("greta")
    assert 3500 < limit.wait("greta") <= 3600


def test_names_are_not_taken_for_each_other() -> None:
    limit = RateLimit("notes", "1/minute")
    limit.spend("a", "b/c")
    for key in (("a/b", "c"), ("a", "b", "c"), ("a", "b/c", ""), ("fe80::1%eth0 \r\n", "x" * 5000)):
        assert limit.wait(*key) == 0


def test_after_too_many_failures_the_right_answer_waits_too(later) -> None:
    door = throttle()
    assert fail(door, 8) == 5
    with pytest.raises(TooManyAttempts):
        door.begin("bob", HERE)
    later(61)
    door.begin("bob", HERE).succeeded()
    assert fail(door, 8) == 5


def test_a_person_elsewhere_and_another_account_are_not_locked_out() -> None:
    door = throttle()
    fail(door, 61)
    assert (fail(door, 1, client=THERE), fail(door, 1, subject="alice")) == (1, 1)


def test_one_client_has_a_limit_for_all_accounts_together_and_ipv6_is_one_network() -> None:
    door = throttle()
    tried = [fail(door, 1, f"somebody {number}", Client(f"2001:db8::{number:x}")) for number in range(20)]
    assert sum(tried) == 12
    assert fail(door, 1, "somebody 1", Client("2001:db8:0:1::1")) == 1


def test_success_on_an_own_account_buys_no_more_guesses_at_others() -> None:
    door = throttle()
    guesses = 0
    for number in range(20):
        guesses += fail(door, 1, f"somebody {number}")
        try:
            door.begin("mallory", HERE).succeeded()
        except TooManyAttempts:
            continue
    assert guesses == 12


def test_while_many_clients_guess_each_stranger_has_few_attempts_and_a_known_device_all() -> None:
    door = throttle()
    for number in range(30):
        fail(door, 5, client=Client(f"198.51.100.{number}"))
    assert fail(door, 5, client=THERE) == door.few
    # The owner, at an address of which nobody tried yet, and on a device from before.
    door.begin("bob", Client("203.0.113.5")).succeeded()
    assert fail(door, 8, client=THERE, device="laptop") == 5
    assert fail(door, 5, subject="alice", client=Client("203.0.113.6")) == 5


def test_behind_a_proxy_that_hides_its_clients_only_the_account_is_limited() -> None:
    door = throttle()
    assert fail(door, 61, client=HIDDEN) == 5
    heard = [fail(door, 1, f"somebody {number}", HIDDEN) for number in range(61)]
    assert sum(heard) == 61
    door.begin("bob", HIDDEN, device="laptop").succeeded()


def test_an_attempt_that_was_not_made_is_not_counted() -> None:
    door = throttle()
    for _ in range(30):
        door.begin("bob", HERE).cancel()
    assert set(AttemptCounter.objects.values_list("count", flat=True)) == {0}


def test_an_attempt_costs_few_queries(django_assert_max_num_queries) -> None:
    door = throttle()
    fail(door, 1)
    with django_assert_max_num_queries(16):
        fail(door, 1)
    fail(door, 10)
    with django_assert_max_num_queries(8):
        assert fail(door, 1) == 0
