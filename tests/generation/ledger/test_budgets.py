"""Budgets: how a project stands, and who is warned from when on."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from generation.ledger import Budget, budget_of, budgets_to_watch
from generation.models import Production
from library.models import Project, Role
from tests import factories
from tests.generation.ledger.conftest import Spend


@pytest.fixture
def ten(project: Project) -> Project:
    """The project with ten dollars."""
    project.budget_usd = Decimal(10)
    project.save()
    return project


def test_settled_promised_and_left(ten: Project, spend: Spend) -> None:
    spend("1.0001", cost="1.0003")
    spend("2", "estimated")
    spend("3", "uncertain")
    spend("4", "refunded")
    budget = budget_of(ten)
    assert (budget.settled, budget.reserved, budget.left) == (
        Decimal("1.0003"), Decimal("5.0000"), Decimal("3.9997"),
    )  # fmt: skip
    assert (budget.warn_at, budget.is_near, budget.is_spent, budget.used) == (80, False, False, 60)


def test_without_a_budget_nothing_is_warned_of(project: Project, spend: Spend) -> None:
    spend("1000")
    budget = budget_of(project)
    assert (budget.settled, budget.left, budget.is_near, budget.is_spent) == (1000, None, False, False)


@pytest.mark.parametrize(("spent", "near"), [("7.9999", False), ("8.0000", True), ("10.0001", True)])
def test_the_threshold_is_exact(alice: User, ten: Project, spend: Spend, spent: str, near: bool) -> None:
    spend("0.1")
    spend("0.7", "estimated")
    spend(str(Decimal(spent) - Decimal("0.8")), "uncertain")
    assert budget_of(ten).is_near == near
    assert [found for found, _ in budgets_to_watch(alice)] == [ten] * near


def test_an_owner_sets_the_threshold(alice: User, ten: Project, spend: Spend) -> None:
    spend("5")
    Production.objects.create(project=ten, warn_at=50)
    [(found, budget)] = budgets_to_watch(alice)
    assert (found, budget.warn_at, budget.is_near, budget) == (ten, 50, True, budget_of(ten))
    Production.objects.update(warn_at=51)
    assert budgets_to_watch(alice) == []


def test_owners_alone_are_told(alice: User, bob: User, vera: User, ten: Project, spend: Spend) -> None:
    spend("9")
    assert [len(budgets_to_watch(person)) for person in (alice, bob, vera)] == [1, 0, 0]
    factories.join(ten, factories.person("olga"), Role.OWNER)
    assert len(budgets_to_watch(User.objects.get(username="olga"))) == 1


def test_what_one_more_take_would_make_of_it() -> None:
    budget = Budget(Decimal(10), Decimal(5), Decimal(2))
    assert (budget.is_near, budget.with_more(Decimal(1)).is_near) == (False, True)
    assert Budget(Decimal(0), Decimal(0), Decimal(0)).is_spent


def test_the_bar_is_as_long_as_what_was_spent_beyond_the_budget() -> None:
    within, beyond = Budget(Decimal(10), Decimal(5), Decimal(2)), Budget(Decimal(10), Decimal(20), Decimal(0))
    assert (within.settled_width, within.reserved_width, within.warn_x) == ("50.000", "20.000", "80.000")
    assert (beyond.settled_width, beyond.reserved_width, beyond.warn_x) == ("100.000", "0.000", "40.000")
