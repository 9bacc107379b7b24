"""Reading the ledger: what was spent, promised and given back, by whom and for what; `lifecycle` alone writes it.

Who is in a project sees its money, whatever the role: the price of each take stands on its page anyway. Amounts are
US dollars, exact to the hundredth of a cent. What belongs to which month goes by the time at which a job was queued.
"""

from generation.ledger.budgets import Budget, budget_of, budgets_to_watch, personal_budget_to_watch
from generation.ledger.csv_export import csv_lines
from generation.ledger.entries import Chosen, entries
from generation.ledger.plots import Plot, plot
from generation.ledger.reconciliation import (
    Compared,
    Difference,
    compared,
    differing,
    explained,
    likely_reason,
)
from generation.ledger.totals import Group, Grouping, Totals, daily, grouped, over_time, total

__all__ = [
    "Budget",
    "Chosen",
    "Compared",
    "Difference",
    "Group",
    "Grouping",
    "Plot",
    "Totals",
    "budget_of",
    "budgets_to_watch",
    "compared",
    "csv_lines",
    "daily",
    "differing",
    "entries",
    "explained",
    "grouped",
    "likely_reason",
    "over_time",
    "personal_budget_to_watch",
    "plot",
    "total",
]
