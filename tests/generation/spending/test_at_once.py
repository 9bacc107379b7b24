"""Two who queue at the same moment never both take the last dollar, whatever limit holds it, in whatever project."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from generation import lifecycle
from generation.composition import Settings, TakeRequest
from generation.lifecycle.spending import checks
from generation.models import Job, LedgerEntry, Shot
from library.models import Membership, Project
from tests import factories
from tests.at_once import at_once
from tests.generation.spending.paths import CALLS, OWN_CALLS, Stage, stage

pytestmark = pytest.mark.django_db(transaction=True)
ONE = Decimal("0.40")  # room for one take of $0.32


def queue(by: User, project: Project) -> Callable[[], str]:
    def call() -> str:
        try:
            lifecycle.create(by=by, project=project, prompt="rain", settings=Settings(duration=5))
        except lifecycle.OverLimit as refusal:
            return refusal.limit.value
        except lifecycle.TooManyJobs:
            return "too many"
        return "queued"

    return call


def each(by: User, *projects: Project) -> list[object]:
    return sorted(at_once(*[queue(by, project) for project in projects]), key=str)  # type: ignore[arg-type]


def test_the_budget_of_a_project(alice: User) -> None:
    small = factories.project(alice, budget_usd=ONE)
    assert each(alice, small, small, small) == ["budget", "budget", "queued"]


def test_the_cap_across_projects_and_users(alice: User, bob: User, settings: Any) -> None:
    settings.MONTHLY_CAP_USD = ONE
    calls = [queue(user, factories.project(user)) for user in (alice, bob, alice, bob)]
    assert sorted(map(str, at_once(*calls))) == ["monthly_cap"] * 3 + ["queued"]
    assert LedgerEntry.objects.all().committed() == Decimal("0.32")


def test_a_personal_budget_across_projects(alice: User, settings: Any) -> None:
    settings.PERSONAL_BUDGET_USD = ONE
    opened = [factories.project(alice, charged_to=alice) for _ in range(3)]
    assert each(alice, *opened) == ["personal_budget"] * 2 + ["queued"]


def test_the_limit_of_a_member(alice: User, bob: User, project: Project) -> None:
    Membership.objects.filter(user=bob).update(monthly_limit_usd=ONE)
    assert each(bob, project, project, project) == ["member_limit"] * 2 + ["queued"]


def test_the_jobs_of_an_hour_across_projects(alice: User, settings: Any) -> None:
    settings.JOBS_PER_HOUR = 1
    opened = [factories.project(alice) for _ in range(3)]
    assert each(alice, *opened) == ["queued", "too many", "too many"]


def test_first_calls_without_a_project_make_one_project_and_no_deadlock(
    alice: User, bob: User, project: Project, settings: Any
) -> None:
    """The user's row is locked there, and jobs of the same user refer to it."""
    on = stage(bob, alice, project)
    settings.MONTHLY_CAP_USD = LedgerEntry.objects.all().committed() + Decimal("0.32") * 3
    here = CALLS["/v1 submit"]
    own = OWN_CALLS["/v1 submit without metadata"]
    calls: list[Callable[[Stage], Any]] = [own, here, own, here, own, here]
    statuses = sorted(at_once(*[lambda ask=ask: ask(on).status_code for ask in calls]), key=str)
    assert statuses == [200] * 3 + [402] * 3
    assert Project.objects.filter(charged_to=bob).count() <= 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_new_shot_is_made_before_the_lock(alice: User, bob: User, project: Project) -> None:
    """A batch and a single take name the same new shot, and the batch gets the lock first. Were its shots made behind
    the lock, it would wait for the shot of the single take, which waits for the lock."""
    on = stage(bob, alice, project)

    def batch() -> object:
        take_requests = [TakeRequest("rain", shot=code) for code in ("099", "101")]
        return lifecycle.create_batch(
            by=alice, project=project, take_requests=take_requests, form_key=uuid4()
        )

    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            checks._lock()
            of_batch = pool.submit(then_close, batch)
            wait_for_waiting(1)
            of_take = pool.submit(then_close, lambda: CALLS["/v1 submit, a new shot"](on).status_code)
            wait_for_waiting(2)
        of_batch.result(timeout=30)
        assert of_take.result(timeout=30) == 200
    queued = Job.objects.filter(status=Job.Status.QUEUED)
    assert sorted(queued.values_list("shot__code", flat=True)) == ["099", "099", "101"]
    assert Shot.objects.filter(code__in=["099", "101"]).count() == 2


def then_close(call: Callable[[], object]) -> object:
    try:
        return call()
    finally:
        connection.close()


# Of the locks themselves: what PostgreSQL tells of sessions is the same throughout a transaction.
WAITING = """
SELECT count(DISTINCT lock.pid) FROM pg_locks lock JOIN pg_locks here ON here.pid = lock.pid
WHERE NOT lock.granted AND here.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def wait_for_waiting(number: int) -> None:
    """Wait until this number of other connections to the test's database wait for a lock."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0] == number:
                return
        time.sleep(0.05)
    raise AssertionError(f"{number} connections should wait by now")
