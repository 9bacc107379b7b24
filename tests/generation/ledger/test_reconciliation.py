"""Differences between estimates and reported costs, and their likely reasons."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from generation.ledger import Filters, compare, entries, explain, likely_reason, with_differences
from generation.ledger.reconciliation import Reason, ReasonCode
from generation.models import LedgerEntry, Price
from tests.generation.ledger.conftest import Spend

CLIP = {"ref_videos": [{"tag": "@walk", "type": "reference", "video_url": "s3:x"}]}


@pytest.fixture
def rows(alice: User) -> object:
    return entries(alice, Filters())


def test_more_than_a_cent_is_listed_and_a_cent_is_not(rows: LedgerEntry, spend: Spend) -> None:
    for cost in ("0.32", "0.33", "0.31", "0.3299", None):
        spend("0.32", cost=cost)
    off = [spend("0.32", cost=cost) for cost in ("0.3301", "0.3099", "0.32004")]
    assert list(with_differences(rows).order_by("pk")) == off[:2]


def test_both_figures_and_their_difference_are_told(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", cost="0.384")
    spend("0.32", cost="0.3199")
    spend("0.32")
    spend("0.32", "uncertain", cost="9")
    found = compare(rows)
    assert (found.reported_jobs, found.estimated, found.reported) == (2, Decimal("0.64"), Decimal("0.7039"))
    assert (found.difference, found.unreported_jobs, found.unreported) == (
        Decimal("0.0639"),
        1,
        Decimal("0.32"),
    )
    [one] = explain(list(with_differences(rows)))
    assert (one.entry.estimate_usd, one.reported, one.amount) == (
        Decimal("0.32"), Decimal("0.384"), Decimal("0.064"),
    )  # fmt: skip
    assert one.reason == Reason(ReasonCode.OTHER_DURATION, {"charged": 6, "estimated": 5})


def test_what_is_booked_otherwise_than_reported_is_listed(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", "refunded", cost="0.32")
    [one] = explain(list(with_differences(rows)))
    assert one.reason == Reason(ReasonCode.RECORDED_OTHERWISE, {"amount": "$0.00"})


def test_a_price_that_is_entered_later_explains_the_difference(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", cost="0.351")
    prices = {"charged": "$0.0702", "estimated": "$0.064"}
    [before] = explain(list(with_differences(rows)))
    assert before.reason == Reason(ReasonCode.UNKNOWN_PRICE, prices)
    Price.objects.create(
        model="skyreels-v4-fast",
        resolution="480p",
        with_video=False,
        usd_per_second="0.0702",
        since=date(2027, 1, 1),
    )
    [after] = explain(list(with_differences(rows)))
    assert after.reason == Reason(ReasonCode.PRICE_CHANGED, prices)


def test_a_clip_is_rounded(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.72", cost="0.636", billed_seconds=6, plan=CLIP)
    [one] = explain(list(with_differences(rows)))
    assert one.reason == Reason(ReasonCode.ROUNDED, {"charged": "5.30", "estimated": 6})


@pytest.mark.parametrize(
    ("estimate", "reported", "seconds", "code"),
    [
        ("0.32", "0", 5, ReasonCode.NOT_CHARGED),
        ("0", "0.32", 5, ReasonCode.NOT_ESTIMATED),
        ("0.32", "0.32", 0, ReasonCode.NOT_ESTIMATED),
        ("0.32", "64", 5, ReasonCode.UNKNOWN_PRICE),
    ],
)
def test_figures_at_the_edge(estimate: str, reported: str, seconds: int, code: ReasonCode) -> None:
    reason = likely_reason(
        estimate=Decimal(estimate),
        reported=Decimal(reported),
        seconds=seconds,
        clip_decides=False,
        known=set(),
    )
    assert reason.code == code


@pytest.mark.parametrize("code", ReasonCode)
def test_every_reason_has_a_text(code: ReasonCode) -> None:
    values = {"charged": "$1", "estimated": "$2", "amount": "$3"}
    assert "%" not in Reason(code, values).text
