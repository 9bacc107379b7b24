"""Estimates beside what the provider reported: where the two differ, by how much, and probably why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from generation import gateway
from generation.composition.routing import follows_clip
from generation.ledger.entries import Entries
from generation.ledger.totals import exact
from generation.models import Job, LedgerEntry, Price
from generation.skyreels.schemas import MAX_DURATION

State = LedgerEntry.State
# More than a cent: the figures have four places, and SQLite takes one from the other in floating point.
NOTABLE = Decimal("0.01005")
Sort = tuple[str, str, bool]  # model, resolution, with a video
KnownPrices = Mapping[Sort, set[Decimal]]


@dataclass(frozen=True)
class Compared:
    """What is settled, in US dollars: where the provider reported a cost, and where the estimate had to do."""

    reported_jobs: int
    estimated: Decimal
    reported: Decimal
    unreported_jobs: int
    unreported: Decimal

    @property
    def difference(self) -> Decimal:
        """Above nought when the provider charged more than was estimated."""
        return self.reported - self.estimated


@dataclass(frozen=True)
class Difference:
    """One job whose reported cost is not what was estimated or booked."""

    entry: LedgerEntry
    reported: Decimal
    reason: str

    @property
    def amount(self) -> Decimal:
        """Above nought when the provider charged more than was estimated."""
        return self.reported - self.entry.estimate_usd


def compared(rows: Entries) -> Compared:
    """All that is settled, in one query."""
    told, untold = Q(job__cost_usd__isnull=False), Q(job__cost_usd__isnull=True)
    found = rows.filter(state=State.SETTLED).aggregate(
        reported_jobs=Count("pk", filter=told),
        estimated=Sum("estimate_usd", filter=told),
        reported=Sum("job__cost_usd", filter=told),
        unreported_jobs=Count("pk", filter=untold),
        unreported=Sum("actual_usd", filter=untold),
    )
    return Compared(
        found["reported_jobs"],
        exact(found["estimated"]),
        exact(found["reported"]),
        found["unreported_jobs"],
        exact(found["unreported"]),
    )


def differing(rows: Entries) -> Entries:
    """Those that ended, and whose reported cost is more than a cent away from the estimate or from what is booked."""
    ended = rows.filter(actual_usd__isnull=False, job__cost_usd__isnull=False)
    apart = ended.annotate(
        off_estimate=F("job__cost_usd") - F("estimate_usd"), off_booked=F("job__cost_usd") - F("actual_usd")
    )
    misjudged = Q(state=State.SETTLED) & (Q(off_estimate__gt=NOTABLE) | Q(off_estimate__lt=-NOTABLE))
    return apart.filter(misjudged | Q(off_booked__gt=NOTABLE) | Q(off_booked__lt=-NOTABLE))


def explained(entries: Sequence[LedgerEntry]) -> list[Difference]:
    """These entries, which have a reported cost, with the likely reason of each; one query for the prices."""
    known = _known_prices() if entries else {}
    return [_explained(entry, known) for entry in entries]


def likely_reason(
    *, estimate: Decimal, reported: Decimal, seconds: int, clip_decides: bool, known: set[Decimal]
) -> str:
    """In words, from the figures alone. `seconds` are those of the estimate, `known` the prices of a second that were
    ever in force for such a take; `clip_decides`: the length of a clip is charged (skyreels-api.md, section 4)."""
    if not reported:
        return "The provider charged nothing."
    if not (estimate and seconds):
        return "Nothing was estimated."
    price = estimate / seconds
    charged = reported / price
    if reported / seconds in known - {price}:
        return f"The price changed: ${_plain(reported / seconds)} a second, estimated with ${_plain(price)}."
    if charged == int(charged) and charged <= MAX_DURATION:
        return f"Other seconds: {int(charged)} s were charged, {seconds} s estimated."
    if clip_decides and abs(reported - estimate) < price:
        return f"Rounding: {charged:.2f} s of the clip were charged, estimated {seconds} s."
    return f"No price known here: ${_plain(reported / seconds)} a second, estimated with ${_plain(price)}."


def _explained(entry: LedgerEntry, known: KnownPrices) -> Difference:
    job = entry.job
    reported = job.cost_usd or Decimal(0)
    if entry.actual_usd is not None and abs(reported - entry.actual_usd) > NOTABLE:
        return Difference(entry, reported, f"Booked as ${_plain(entry.actual_usd)}, whatever was reported.")
    reason = likely_reason(
        estimate=entry.estimate_usd,
        reported=reported,
        seconds=job.billed_seconds,
        clip_decides=follows_clip(_plan(job)),
        known=known.get((job.model, job.resolution, bool(_plan(job).get("ref_videos"))), set()),
    )
    return Difference(entry, reported, reason)


def _known_prices() -> KnownPrices:
    """Every price that was ever in force, the provider's own included."""
    known: dict[Sort, set[Decimal]] = defaultdict(set)
    for own in gateway.provider().prices.prices:
        known[(own.model.value, own.resolution.value, own.with_video)].add(own.usd_per_second)
    for model, resolution, with_video, usd in Price.objects.values_list(
        "model", "resolution", "with_video", "usd_per_second"
    ):
        known[(model, resolution, with_video)].add(usd)
    return known


def _plan(job: Job) -> dict[str, Any]:
    return job.plan or {}


def _plain(amount: Decimal) -> str:
    """Without noughts at its end, but for cents."""
    text = f"{amount:.4f}"
    return text.removesuffix("0").removesuffix("0")
