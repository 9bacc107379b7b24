"""The price table of skyreels-api.md section 4."""

from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from generation.skyreels.pricing import GATEWAY_PRICES, PriceTable, billed_seconds, estimate
from generation.skyreels.schemas import Model, Resolution

TABLE = [
    ("skyreels-v4-fast", "480p", False, "0.064"),
    ("skyreels-v4-fast", "720p", False, "0.088"),
    ("skyreels-v4-fast", "1080p", False, "0.22"),
    ("skyreels-v4-fast", "480p", True, "0.12"),
    ("skyreels-v4-fast", "720p", True, "0.16"),
    ("skyreels-v4-fast", "1080p", True, "0.40"),
    ("skyreels-v4-std", "480p", False, "0.088"),
    ("skyreels-v4-std", "720p", False, "0.112"),
    ("skyreels-v4-std", "1080p", False, "0.28"),
    ("skyreels-v4-std", "480p", True, "0.144"),
    ("skyreels-v4-std", "720p", True, "0.20"),
    ("skyreels-v4-std", "1080p", True, "0.50"),
]


@pytest.mark.parametrize(("model", "resolution", "with_video", "usd"), TABLE)
def test_each_price(model: str, resolution: str, with_video: bool, usd: str) -> None:
    row = (Model(model), Resolution(resolution))
    assert GATEWAY_PRICES.per_second(*row, with_video) == Decimal(usd)
    assert estimate(*row, 7, with_video) == Decimal(usd) * 7


def test_the_table_has_a_date_and_nothing_else() -> None:
    assert GATEWAY_PRICES.as_of == date(2026, 9, 16)
    assert len(GATEWAY_PRICES.prices) == 12


@pytest.mark.parametrize(
    ("duration", "reference", "billed"),
    [
        (3, None, 3),
        (15, None, 15),
        (15, 4.0, 4),
        (5, 7.0, 7),
        (5, 7.001, 8),
        (5, 7.0000001, 7),
        (5, 9.5, 10),
        (5, 10.0, 10),
        (5, 14.9, 10),
        (5, 0.0001, 1),
    ],
)
def test_a_motion_reference_decides_what_is_billed(
    duration: int, reference: float | None, billed: int
) -> None:
    assert billed_seconds(duration, reference) == billed


@pytest.mark.parametrize("length", [0.0, -1.0, float("nan"), float("inf")])
def test_a_length_that_is_none(length: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        billed_seconds(5, length)


def test_prices_are_data_that_can_be_edited() -> None:
    edited = GATEWAY_PRICES.model_dump(mode="json")
    edited["as_of"] = "2027-01-01"
    edited["prices"][0]["usd_per_second"] = "0.07"
    table = PriceTable.model_validate(edited)
    assert estimate(Model.FAST, Resolution.P480, 10, False, table) == Decimal("0.70")
    assert estimate(Model.FAST, Resolution.P720, 10, False, table) == Decimal("0.88")


@pytest.mark.parametrize("spoil", [lambda rows: rows.pop(), lambda rows: rows.append(rows[0])])
def test_a_table_with_a_gap_or_a_double_is_refused(spoil: object) -> None:
    edited = GATEWAY_PRICES.model_dump(mode="json")
    spoil(edited["prices"])  # type: ignore[operator]
    with pytest.raises(ValidationError, match="exactly once"):
        PriceTable.model_validate(edited)
