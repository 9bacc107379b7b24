"""What counts against each limit, and since when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.utils import timezone

from generation import lifecycle, spending_limits
from generation.ledger import personal_budget_to_watch
from generation.lifecycle.queue import dispatch
from generation.lifecycle.queue.eta import Blocked
from generation.models import Job, LedgerEntry, PersonalProject
from generation.spending_limits import Limit, allowances, binding
from library.models import Membership, Project
from tests import factories

State = LedgerEntry.State


def spend(
    by: User, project: Project, usd: str, *, state: str = "estimated", at: datetime | None = None
) -> None:
    job = factories.job(by, project, estimate_usd=usd)
    actual = Decimal(usd) if state == State.SETTLED else None
    LedgerEntry.objects.filter(job=job).update(
        state=state, actual_usd=actual, created_at=at or timezone.now()
    )


def used(user: User, project: Project) -> dict[str, Decimal]:
    return {one.limit.value: one.used for one in allowances(user, project)}


@pytest.fixture
def limited(alice: User, bob: User, project: Project, settings: Any) -> Project:
    """Every limit applies to bob in alice's project."""
    settings.MONTHLY_CAP_USD = Decimal(100)
    Membership.objects.filter(user=bob, project=project).update(monthly_limit_usd=5)
    project.budget_usd, project.charged_to = Decimal(60), alice
    project.save()
    return project


def test_each_limit_counts_what_is_its_own(alice: User, bob: User, charlie: User, limited: Project) -> None:
    others, far = factories.project(alice, charged_to=alice), factories.project(charlie)
    spend(bob, limited, "1")
    spend(alice, limited, "2")
    spend(alice, others, "4")
    spend(charlie, far, "8")
    assert used(bob, limited) == {"budget": 3, "personal_budget": 7, "member_limit": 1, "monthly_cap": 15}
    assert used(alice, limited) == {"budget": 3, "personal_budget": 7, "monthly_cap": 15}
    assert used(charlie, far) == {"monthly_cap": 15}


def test_settled_uncertain_and_under_way_count_and_refunded_does_not(bob: User, limited: Project) -> None:
    for state, usd in {"settled": "1", "uncertain": "2", "estimated": "4", "refunded": "8"}.items():
        spend(bob, limited, usd, state=state)
    assert set(used(bob, limited).values()) == {Decimal(7)}


def test_a_month_is_a_calendar_month_in_utc_by_when_a_job_was_queued(
    bob: User, limited: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = datetime(2026, 12, 1, tzinfo=UTC)
    spend(bob, limited, "1", at=first - timedelta(microseconds=1))
    spend(bob, limited, "2", at=first)
    Job.objects.update(finished_at=first + timedelta(days=3))
    for now, counted in (
        (first, 2),
        (first - timedelta(seconds=1), 3),
        (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), 2),
        (datetime(2027, 1, 1, tzinfo=UTC), 0),
    ):
        monkeypatch.setattr(spending_limits.timezone, "now", lambda now=now: now)
        seen = used(bob, limited)
        assert (seen["member_limit"], seen["monthly_cap"]) == (counted, counted)
        # These two are for good.
        assert (seen["budget"], seen["personal_budget"]) == (3, 3)


def test_the_next_month_begins_on_its_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spending_limits.timezone, "now", lambda: datetime(2026, 1, 31, 12, tzinfo=UTC))
    assert spending_limits.next_month() == datetime(2026, 2, 1, tzinfo=UTC)
    monkeypatch.setattr(spending_limits.timezone, "now", lambda: datetime(2026, 12, 1, tzinfo=UTC))
    assert spending_limits.next_month() == datetime(2027, 1, 1, tzinfo=UTC)


def test_the_tightest_limit_binds(bob: User, limited: Project) -> None:
    found = binding(allowances(bob, limited))
    assert found is not None
    assert (found.limit, found.left) == (Limit.MEMBER, 5)
    spend(bob, limited, "6", state="settled")
    tightest = binding(allowances(bob, limited))
    assert tightest is not None
    assert (tightest.limit, tightest.left) == (Limit.MEMBER, 0)
    assert binding([]) is None


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit.PROJECT, "only $1.00 of the project's budget of $3.00 is left."),
        (Limit.MEMBER, "only $1.00 of your limit of $3.00 a month in this project is left. An owner"),
        (Limit.PERSONAL, "only $1.00 of the personal budget of alice, $3.00, is left. An administrator"),
        (
            Limit.INSTALLATION,
            "only $1.00 of the $3.00 that all projects together may spend this month is left.",
        ),
    ],
)
def test_a_refusal_names_the_figures_and_who_can_help(bob: User, limit: Limit, text: str) -> None:
    found = [spending_limits.Allowance(limit, Decimal(3), Decimal(2), "alice")]
    refusal = lifecycle.find_refusal(bob, found, usd=Decimal("2.5"), takes=2)
    assert isinstance(refusal, lifecycle.OverLimit)
    assert (refusal.limit, refusal.problems[0].field) == (limit, "budget")
    assert str(refusal).startswith(f"These 2 takes cost $2.50, but {text}")
    assert lifecycle.find_refusal(bob, found, usd=Decimal(1), takes=1) is None


def test_the_personal_budget_is_watched(alice: User, settings: Any) -> None:
    settings.PERSONAL_BUDGET_USD = Decimal(10)
    mine = factories.project(alice, charged_to=alice)
    spend(alice, mine, "7.99")
    assert personal_budget_to_watch(alice) is None
    spend(alice, mine, "0.01")
    watched = personal_budget_to_watch(alice)
    assert watched is not None
    assert watched.left == 2


def test_what_a_deactivated_user_has_queued_is_not_sent(alice: User, bob: User, project: Project) -> None:
    waiting = {"status": Job.Status.QUEUED, "next_step_at": timezone.now()}
    bobs, alices = factories.job(bob, project, **waiting), factories.job(alice, project, **waiting)
    assert set(dispatch.due_jobs(10)) == {bobs.pk, alices.pk}
    User.objects.filter(pk=bob.pk).update(is_active=False)
    assert dispatch.due_jobs(10) == [alices.pk]
    lifecycle.submit_job(bobs.pk)
    bobs.refresh_from_db()
    assert (bobs.status, bobs.frozen_at) == (Job.Status.QUEUED, None)
    assert lifecycle.estimate_etas([bobs, alices])[bobs.pk].blocked == Blocked.USER_DEACTIVATED
    assert lifecycle.estimate_etas([bobs, alices])[alices.pk].ahead == 0


def test_an_upgrade_charges_personal_projects_and_leaves_the_others(alice: User, bob: User) -> None:
    own, other = factories.project(alice), factories.project(alice, budget_usd=40)
    PersonalProject.objects.create(user=alice, project=own)
    import_module("generation.migrations.0004_spending").charge_personal_projects(apps, None)
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.charged_to, other.charged_to, other.budget_usd) == (alice, None, 40)
