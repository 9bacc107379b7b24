"""Prices of renders (skyreels-api.md section 4).

Prices change, so they are data with a date: estimates use a `PriceTable`, which may replace the built-in one. Failed
tasks are refunded.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from math import ceil, isfinite
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from generation.skyreels.limits import MAX_REFERENCE_SECONDS
from generation.skyreels.vocabulary import Model, Resolution

_Key = tuple[Model, Resolution, bool]


class Price(BaseModel):
    """USD for one second of output; `with_video`: the request carries a reference or extend video."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Model
    resolution: Resolution
    with_video: bool
    usd_per_second: Annotated[Decimal, Field(ge=0)]

    @property
    def key(self) -> _Key:
        return self.model, self.resolution, self.with_video


class PriceTable(BaseModel):
    """One price for each model and resolution, with and without a video, valid on `as_of`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: date
    prices: tuple[Price, ...]

    @model_validator(mode="after")
    def _has_each_once(self) -> Self:
        expected = {(m, r, v) for m in Model for r in Resolution for v in (False, True)}
        if {price.key for price in self.prices} != expected or len(self.prices) != len(expected):
            raise ValueError(f"a price table must have each of its {len(expected)} prices exactly once")
        return self

    def per_second(self, model: Model, resolution: Resolution, with_video: bool) -> Decimal:
        """Return USD for one billed second."""
        wanted = (model, resolution, with_video)
        return next(price.usd_per_second for price in self.prices if price.key == wanted)

    def overlaid(self, newer: Iterable[Price], *, as_of: date) -> "PriceTable":
        """Return the table with these prices replacing the existing ones."""
        merged = {price.key: price for price in (*self.prices, *newer)}
        return PriceTable(as_of=max(self.as_of, as_of), prices=tuple(merged.values()))


def _rows(model: Model, with_video: bool, *usd: str) -> tuple[Price, ...]:
    return tuple(
        Price(model=model, resolution=resolution, with_video=with_video, usd_per_second=Decimal(amount))
        for resolution, amount in zip(Resolution, usd, strict=True)
    )


GATEWAY_PRICES = PriceTable(
    as_of=date(2026, 9, 16),
    prices=(
        *_rows(Model.FAST, False, "0.064", "0.088", "0.22"),
        *_rows(Model.FAST, True, "0.12", "0.16", "0.40"),
        *_rows(Model.STD, False, "0.088", "0.112", "0.28"),
        *_rows(Model.STD, True, "0.144", "0.20", "0.50"),
    ),
)


def billed_seconds(duration: int, reference_seconds: float | None = None) -> int:
    """Return the whole seconds that are charged: the requested duration, or that of a motion reference.

    `reference_seconds` is the probed length of a `ref_videos` clip of type reference, None for every other
    request (an extension is billed by its requested duration). The provider does not document its rounding: we
    round up to a whole second, so that an estimate is never too low, up to 10. Raise ValueError for a length that
    is not a positive number.
    """
    if reference_seconds is None:
        return duration
    if not isfinite(reference_seconds) or reference_seconds <= 0:
        raise ValueError("the length of a reference video must be a positive number of seconds")
    # A container's clock is exact to the millisecond at best: 5.0000001 s are five.
    return max(1, min(MAX_REFERENCE_SECONDS, ceil(round(reference_seconds, 3))))


def estimate(
    model: Model, resolution: Resolution, seconds: int, with_video: bool, table: PriceTable = GATEWAY_PRICES
) -> Decimal:
    """Return the exact USD for `seconds` billed seconds."""
    return table.per_second(model, resolution, with_video) * seconds
