"""Compare estimates with the costs that the provider reported, and explain differences."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum, TextChoices
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from generation import gateway
from generation.composition.routing import follows_clip
from generation.ledger.entries import Entries
from generation.ledger.totals import exact
from generation.models import Job, LedgerEntry, Price
from generation.skyreels.schemas import MAX_DURATION

State = LedgerEntry.State
# More than one cent, with a tolerance for SQLite, which subtracts in floating point.
MIN_DIFFERENCE = Decimal("0.01005")
PriceKey = tuple[str, str, bool]  # model, resolution, with video input
KnownPrices = Mapping[PriceKey, set[Decimal]]


@dataclass(frozen=True)
class Comparison:
    """Settled jobs in US dollars: those with a reported cost, and those settled at the estimate."""

    reported_jobs: int
    estimated: Decimal
    reported: Decimal
    unreported_jobs: int
    unreported: Decimal

    @property
    def difference(self) -> Decimal:
        """Return a positive amount if the provider charged more than was estimated."""
        return self.reported - self.estimated


class ReasonCode(TextChoices):
    """Why a reported cost differs from the estimate or from the recorded cost."""

    NOT_CHARGED = "not_charged", _("The provider charged nothing.")
    NOT_ESTIMATED = "not_estimated", _("Nothing was estimated.")
    PRICE_CHANGED = "price_changed", _("The price changed: %(charged)s per second instead of %(estimated)s.")
    OTHER_DURATION = (
        "other_duration",
        _("Different duration: %(charged)s s charged, %(estimated)s s estimated."),
    )
    ROUNDED = "rounded", _("Rounding: %(charged)s s of the clip charged, %(estimated)s s estimated.")
    UNKNOWN_PRICE = "unknown_price", _("Unknown price: %(charged)s per second instead of %(estimated)s.")
    RECORDED_OTHERWISE = "recorded_otherwise", _("Recorded as %(amount)s regardless of the reported cost.")


@dataclass(frozen=True)
class Reason:
    """An explanation with the values of its text."""

    code: ReasonCode
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return the text in the current language."""
        return str(self.code.label) % self.values


@dataclass(frozen=True)
class Difference:
    """A job whose reported cost differs from the estimated or recorded one."""

    entry: LedgerEntry
    reported: Decimal
    reason: Reason

    @property
    def amount(self) -> Decimal:
        """Return a positive amount if the provider charged more than was estimated."""
        return self.reported - self.entry.estimate_usd


def compare(rows: Entries) -> Comparison:
    """Compare all settled entries, with one query."""
    reported, unreported = Q(job__cost_usd__isnull=False), Q(job__cost_usd__isnull=True)
    found = rows.filter(state=State.SETTLED).aggregate(
        reported_jobs=Count("pk", filter=reported),
        estimated=Sum("estimate_usd", filter=reported),
        reported=Sum("job__cost_usd", filter=reported),
        unreported_jobs=Count("pk", filter=unreported),
        unreported=Sum("actual_usd", filter=unreported),
    )
    return Comparison(
        found["reported_jobs"],
        exact(found["estimated"]),
        exact(found["reported"]),
        found["unreported_jobs"],
        exact(found["unreported"]),
    )


def with_differences(rows: Entries) -> Entries:
    """Filter finished jobs whose reported cost differs by more than one cent from the estimated or recorded one."""
    ended = rows.filter(actual_usd__isnull=False, job__cost_usd__isnull=False)
    annotated = ended.annotate(
        from_estimate=F("job__cost_usd") - F("estimate_usd"),
        from_recorded=F("job__cost_usd") - F("actual_usd"),
    )
    misjudged = Q(state=State.SETTLED) & (
        Q(from_estimate__gt=MIN_DIFFERENCE) | Q(from_estimate__lt=-MIN_DIFFERENCE)
    )
    return annotated.filter(
        misjudged | Q(from_recorded__gt=MIN_DIFFERENCE) | Q(from_recorded__lt=-MIN_DIFFERENCE)
    )


def explain(entries: Sequence[LedgerEntry]) -> list[Difference]:
    """Return the likely reason of each difference; all entries have a reported cost."""
    known = _known_prices() if entries else {}
    return [_explain(entry, known) for entry in entries]


def likely_reason(
    *, estimate: Decimal, reported: Decimal, seconds: int, clip_decides: bool, known: set[Decimal]
) -> Reason:
    """Return an explanation that fits the figures.

    `seconds` are those of the estimate, `known` all prices per second that ever applied to such a take.
    `clip_decides` means that the length of the input clip is charged (docs of the gateway API, section 4).
    """
    if not reported:
        return Reason(ReasonCode.NOT_CHARGED)
    if not (estimate and seconds):
        return Reason(ReasonCode.NOT_ESTIMATED)
    price = estimate / seconds
    charged = reported / price
    prices = {"charged": _dollars(reported / seconds), "estimated": _dollars(price)}
    if reported / seconds in known - {price}:
        return Reason(ReasonCode.PRICE_CHANGED, prices)
    if charged == int(charged) and charged <= MAX_DURATION:
        return Reason(ReasonCode.OTHER_DURATION, {"charged": int(charged), "estimated": seconds})
    if clip_decides and abs(reported - estimate) < price:
        return Reason(ReasonCode.ROUNDED, {"charged": f"{charged:.2f}", "estimated": seconds})
    return Reason(ReasonCode.UNKNOWN_PRICE, prices)


def _explain(entry: LedgerEntry, known: KnownPrices) -> Difference:
    job = entry.job
    reported = job.cost_usd or Decimal(0)
    if entry.actual_usd is not None and abs(reported - entry.actual_usd) > MIN_DIFFERENCE:
        return Difference(
            entry, reported, Reason(ReasonCode.RECORDED_OTHERWISE, {"amount": _dollars(entry.actual_usd)})
        )
    reason = likely_reason(
        estimate=entry.estimate_usd,
        reported=reported,
        seconds=job.billed_seconds,
        clip_decides=follows_clip(_plan(job)),
        known=known.get((job.model, job.resolution, bool(_plan(job).get("ref_videos"))), set()),
    )
    return Difference(entry, reported, reason)


def _known_prices() -> KnownPrices:
    """Return all current and former prices per second, including the provider's defaults."""
    known: dict[PriceKey, set[Decimal]] = defaultdict(set)
    for own in gateway.provider().prices.prices:
        known[(own.model.value, own.resolution.value, own.with_video)].add(own.usd_per_second)
    for model, resolution, with_video, usd in Price.objects.values_list(
        "model", "resolution", "with_video", "usd_per_second"
    ):
        known[(model, resolution, with_video)].add(usd)
    return known


def _plan(job: Job) -> dict[str, Any]:
    return job.plan or {}


def _dollars(amount: Decimal) -> str:
    """Return an amount with two to four decimal places."""
    return str(get_format("USD_FORMAT")) % f"{amount:.4f}".removesuffix("0").removesuffix("0")
