"""What became of each thing that was to be imported."""

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How it ended; only FAILED is a fault."""

    MADE = "made"
    SAME = "there already"
    TAKEN = "skipped"
    LEFT = "not yet"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """What became of one asset or file: its name, how it ended, and why in a sentence for people."""

    name: str
    ending: Ending
    why: str = ""

    def __str__(self) -> str:
        return f"{self.ending}: {self.name}" + (f" ({self.why})" if self.why else "")
