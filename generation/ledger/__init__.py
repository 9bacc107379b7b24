"""Read the ledger: spent, reserved and refunded amounts by user and purpose. Only `lifecycle` writes it.

All members of a project may see its spending, whatever their role. Amounts are in US dollars, exact to 0.0001. An entry
belongs to the month in which its job was queued.
"""

from generation.ledger.budgets import Budget, budget_of, budgets_to_watch, personal_budget_to_watch
from generation.ledger.csv_export import csv_lines
from generation.ledger.entries import Filters, entries
from generation.ledger.plots import Plot, plot
from generation.ledger.reconciliation import (
    Comparison,
    Difference,
    compare,
    explain,
    likely_reason,
    with_differences,
)
from generation.ledger.totals import Group, Grouping, Totals, daily, grouped, over_time, total

__all__ = [
    "Budget",
    "Comparison",
    "Difference",
    "Filters",
    "Group",
    "Grouping",
    "Plot",
    "Totals",
    "budget_of",
    "budgets_to_watch",
    "compare",
    "csv_lines",
    "daily",
    "entries",
    "explain",
    "grouped",
    "likely_reason",
    "over_time",
    "personal_budget_to_watch",
    "plot",
    "total",
    "with_differences",
]
