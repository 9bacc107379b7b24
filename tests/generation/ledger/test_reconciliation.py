"""Estimates beside reported costs: which are listed, what they come to, and what is said of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from generation.ledger import Chosen, compared, differing, entries, explained, likely_reason
from generation.models import LedgerEntry, Price
from tests.generation.ledger.conftest import Spend

CLIP = {"ref_videos": [{"tag": "@walk", "type": "reference", "video_url": "s3:x"}]}


@pytest.fixture
def rows(alice: User) -> object:
    return entries(alice, Chosen())


def test_more_than_a_cent_is_listed_and_a_cent_is_not(rows: LedgerEntry, spend: Spend) -> None:
    for cost in ("0.32", "0.33", "0.31", "0.3299", None):
        spend("0.32", cost=cost)
    off = [spend("0.32", cost=cost) for cost in ("0.3301", "0.3099", "0.32004")]
    assert list(differing(rows).order_by("pk")) == off[:2]


def test_both_figures_and_their_difference_are_told(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", cost="0.384")
    spend("0.32", cost="0.3199")
    spend("0.32")
    spend("0.32", "uncertain", cost="9")
    found = compared(rows)
    assert (found.reported_jobs, found.estimated, found.reported) == (2, Decimal("0.64"), Decimal("0.7039"))
    assert (found.difference, found.unreported_jobs, found.unreported) == (
        Decimal("0.0639"),
        1,
        Decimal("0.32"),
    )
    [one] = explained(list(differing(rows)))
    assert (one.entry.estimate_usd, one.reported, one.amount) == (
        Decimal("0.32"), Decimal("0.384"), Decimal("0.064"),
    )  # fmt: skip
    assert one.reason == "Other seconds: 6 s were charged, 5 s estimated."


def test_what_is_booked_otherwise_than_reported_is_listed(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", "refunded", cost="0.32")
    [one] = explained(list(differing(rows)))
    assert one.reason == "Booked as $0.00, whatever was reported."


def test_a_price_that_is_entered_later_explains_the_difference(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.32", cost="0.351")
    [before] = explained(list(differing(rows)))
    assert before.reason == "No price known here: $0.0702 a second, estimated with $0.064."
    Price.objects.create(
        model="skyreels-v4-fast",
        resolution="480p",
        with_video=False,
        usd_per_second="0.0702",
        since=date(2027, 1, 1),
    )
    [after] = explained(list(differing(rows)))
    assert after.reason == "The price changed: $0.0702 a second, estimated with $0.064."


def test_a_clip_is_rounded(rows: LedgerEntry, spend: Spend) -> None:
    spend("0.72", cost="0.636", billed_seconds=6, plan=CLIP)
    [one] = explained(list(differing(rows)))
    assert one.reason == "Rounding: 5.30 s of the clip were charged, estimated 6 s."


@pytest.mark.parametrize(
    ("estimate", "reported", "seconds", "said"),
    [
        ("0.32", "0", 5, "charged nothing"),
        ("0", "0.32", 5, "Nothing was estimated"),
        ("0.32", "0.32", 0, "Nothing was estimated"),
        ("0.32", "64", 5, "No price known here: $12.80"),
    ],
)
def test_figures_at_the_edge(estimate: str, reported: str, seconds: int, said: str) -> None:
    told = likely_reason(
        estimate=Decimal(estimate),
        reported=Decimal(reported),
        seconds=seconds,
        clip_decides=False,
        known=set(),
    )
    assert said in told
