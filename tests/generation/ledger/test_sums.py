"""Sums of the ledger: exact, by everything that money can be told by, and of what one may see alone."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from generation.ledger import Filters, Grouping, Totals, daily, entries, grouped, over_time, plot, total
from generation.models import LedgerEntry, Shot
from library.models import Project
from tests import factories
from tests.generation.ledger.conftest import Spend

ALL = Filters()


def total_of(rows: Any) -> Totals:
    return total(daily(rows))


def over_time_of(rows: Any) -> list[tuple[date, Totals]]:
    return over_time(daily(rows))


def test_each_state_is_summed_to_the_hundredth_of_a_cent(alice: User, spend: Spend) -> None:
    for _ in range(3):
        spend("0.1", cost="0.0333")
    spend("0.2")
    spend("0.3001", "estimated")
    spend("0.7007", "uncertain")
    spend("4.2", "refunded")
    found = total_of(entries(alice, ALL))
    assert found == Totals(Decimal("0.2999"), Decimal("0.3001"), Decimal("0.7007"), Decimal("4.2000"), jobs=7)
    assert str(found.counted) == "1.3007"
    assert LedgerEntry.objects.committed().quantize(Decimal("0.0001")) == found.counted


def test_many_small_amounts_stay_exact(alice: User, project: Project, spend: Spend) -> None:
    first = spend("0.0001")
    jobs = [factories.job(alice, project, estimate_usd="0.0001").ledger for _ in range(60)]
    LedgerEntry.objects.filter(pk__in=[one.pk for one in jobs]).update(state="settled", actual_usd="0.0007")
    assert total_of(entries(alice, ALL)).settled == first.actual_usd + 60 * Decimal("0.0007")


@pytest.mark.parametrize("name", ["alice", "bob", "rita", "vera"])
def test_who_is_in_a_project_sees_its_money(
    name: str, alice: User, bob: User, rita: User, vera: User, charlie: User, spend: Spend
) -> None:
    """Whatever the role: a take's page tells its price anyway. Nobody sees another project's."""
    spend("0.32")
    spend("9", project=factories.project(charlie), by=charlie)
    assert total_of(entries(User.objects.get(username=name), ALL)).settled == Decimal("0.32")
    assert total_of(entries(charlie, ALL)).settled == 9


def test_what_is_chosen_narrows(alice: User, bob: User, project: Project, spend: Spend) -> None:
    other = factories.project(alice)
    spend("1", on="2026-10-31T23:59")
    spend("2", on="2026-11-01T00:00", by=bob)
    spend("4", on="2026-11-30T23:59", project=other)
    spend("8", on="2026-12-01T00:00")
    october, november, december = (date(2026, month, 1) for month in (10, 11, 12))

    def settled(**chosen: object) -> int:
        return int(total_of(entries(alice, Filters(**chosen))).settled)

    assert settled(first=november, last=november) == 6
    assert settled(first=november) == 14
    assert settled(last=october) == 1
    assert settled(first=december, last=december) == 8
    assert settled(project=project) == 11
    assert settled(user=bob) == 2
    assert settled(user=bob, project=other) == 0


def test_money_is_told_by_what_it_was_for(alice: User, bob: User, project: Project, spend: Spend) -> None:
    shot = Shot.objects.create(project=project, code="020")
    other = factories.project(alice, name="Night Ferry", slug="night-ferry")
    spend("0.4480", shot=shot, cost="0.4481")
    spend("0.5", "estimated", by=bob, shot=shot, on="2026-10-09", resolution="720p")
    spend("1.5", project=other, model="skyreels-v4-std", on="2025-01-01")
    seen = {
        by: [
            (list(group.fields.values()), str(group.totals.counted))
            for group in grouped(entries(alice, ALL), by)
        ]
        for by in Grouping
    }
    assert seen[Grouping.PROJECT] == [
        (["Night Ferry", "night-ferry"], "1.5000"),
        (["Harbour Lights", "harbour-lights"], "0.9481"),
    ]
    assert seen[Grouping.SHOT] == [
        (["Night Ferry", "night-ferry", None], "1.5000"),
        (["Harbour Lights", "harbour-lights", "020"], "0.9481"),
    ]
    assert seen[Grouping.USER] == [(["alice", alice.pk], "1.9481"), (["bob", bob.pk], "0.5000")]
    assert [(of[0], usd) for of, usd in seen[Grouping.MONTH]] == [
        ("2026-11", "0.4481"),
        ("2026-10", "0.5000"),
        ("2025-01", "1.5000"),
    ]
    assert seen[Grouping.MODEL] == [
        (["skyreels-v4-std", "480p"], "1.5000"),
        (["skyreels-v4-fast", "480p"], "0.4481"),
        (["skyreels-v4-fast", "720p"], "0.5000"),
    ]


def test_days_of_one_month_and_months_of_more(alice: User, spend: Spend) -> None:
    spend("1", on="2026-11-03")
    spend("2", "estimated", on="2026-11-05")
    days = over_time_of(entries(alice, ALL))
    assert [(day.day, totals.counted) for day, totals in days] == [(3, 1), (4, 0), (5, 2)]
    spend("4", "uncertain", on="2026-02-28")
    months = over_time_of(entries(alice, ALL))
    assert [day.month for day, _ in months] == list(range(2, 12))
    assert [totals.counted for _, totals in months] == [4, *[0] * 8, 3]


def test_a_very_long_time_is_cut_to_its_end(alice: User, spend: Spend) -> None:
    spend("1", on="2001-01-01")
    spend("2", on="2026-11-05")
    months = over_time_of(entries(alice, ALL))
    assert (len(months), months[-1][0], sum(totals.settled for _, totals in months)) == (
        31,
        date(2026, 11, 1),
        2,
    )


def test_sums_cost_as_many_queries_as_there_are_sums(alice: User, spend: Spend) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows = entries(alice, ALL)
            assert total(daily(rows)).jobs
            assert all(grouped(rows, by) for by in Grouping)
        return len(asked)

    spend("1")
    one = cost()
    for day in range(1, 9):
        spend("1", on=f"2026-11-0{day}")
    assert cost() == one == 1 + len(Grouping)


# The drawing


def test_bars_stand_on_each_other_and_fit_the_scale(alice: User, spend: Spend) -> None:
    spend("1", on="2026-11-03")
    spend("0.5", "uncertain", on="2026-11-03")
    spend("0.3", "estimated", on="2026-11-03")
    spend("0.2", on="2026-11-04")
    drawn = plot(over_time_of(entries(alice, ALL)))
    assert drawn is not None
    assert ([str(amount) for amount in drawn.scale], drawn.by_day) == (["2", "1", "0"], True)
    first, second = drawn.bars
    assert [(segment.kind, segment.y, segment.height) for segment in first.segments] == [
        ("settled", "50.000", "50.000"),
        ("uncertain", "25.000", "25.000"),
        ("estimated", "10.000", "15.000"),
    ]
    assert [(segment.kind, segment.height) for segment in second.segments] == [("settled", "10.000")]


def test_nothing_is_drawn_of_no_money(alice: User, spend: Spend) -> None:
    assert plot(over_time_of(entries(alice, ALL))) is None
    spend("4", "refunded")
    assert plot(over_time_of(entries(alice, ALL))) is None


@pytest.mark.parametrize(
    ("usd", "top"),
    [
        ("0.0007", "0.0008"),
        ("0.32", "0.4"),
        ("1", "1"),
        ("5.01", "6"),
        ("10.6", "12"),
        ("8.2", "10"),
        ("99", "100"),
    ],
)
def test_the_scale_ends_with_a_round_amount(alice: User, spend: Spend, usd: str, top: str) -> None:
    spend(usd)
    drawn = plot(over_time_of(entries(alice, ALL)))
    assert drawn is not None
    assert drawn.scale[0] == Decimal(top)
