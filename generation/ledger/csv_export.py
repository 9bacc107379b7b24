"""Export the ledger as CSV for spreadsheets. Text that looks like a formula is escaped."""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from typing import Any

from generation import spreadsheets
from generation.ledger.entries import Entries
from generation.models import LedgerEntry

CHUNK = 1000
FIELDS = (
    "created_at", "project__name", "job__shot__code", "job__created_by__username", "job__uuid", "job__model",
    "job__resolution", "job__billed_seconds", "state", "estimate_usd", "job__cost_usd", "actual_usd", "job__task_id",
)  # fmt: skip
HEADER = (
    "queued_at", "project", "shot", "person", "job", "model", "resolution", "billed_seconds", "state", "estimate_usd",
    "reported_usd", "booked_usd", "settled_by", "provider_task",
)  # fmt: skip


def csv_lines(rows: Entries) -> Iterator[str]:
    """Yield a header and a line for each entry, newest first. Rows are read in chunks to bound memory."""
    yield spreadsheets.line(HEADER)
    found = rows.order_by("-pk").values_list("pk", *FIELDS)
    chunk = list(found[:CHUNK])
    while chunk:
        yield spreadsheets.lines(_cells(row[1:]) for row in chunk)
        chunk = list(found.filter(pk__lt=chunk[-1][0])[:CHUNK])


def _cells(row: tuple[Any, ...]) -> list[Any]:
    *facts, state, estimate, reported, booked, task = row
    by = _settled_by(state, reported)
    return [_moment(facts[0]), *facts[1:], state, estimate, reported, booked, by, task]


def _settled_by(state: str, reported: Decimal | None) -> str:
    if state != LedgerEntry.State.SETTLED:
        return ""
    return "estimate" if reported is None else "reported cost"


def _moment(value: Any) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
