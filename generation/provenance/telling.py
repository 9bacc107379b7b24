"""PURE: what a job's story says of content credentials, as it is written and as it is read again."""

import re
from dataclasses import dataclass
from typing import Self

PREFIX = "Content credentials"
_SIGNED = re.compile(
    rf"{PREFIX}: signed by “(?P<by>[^”]*)”\. SHA-256 of the provider's own file: (?P<sha256>[0-9a-f]{{64}})\."
)
_UNSIGNED = re.compile(rf"{PREFIX}: none, (?P<reason>.+)\.$")


@dataclass(frozen=True)
class Told:
    """Who signed a take and what the provider's own bytes were, or why nobody did."""

    signed_by: str = ""
    original_sha256: str = ""
    reason: str = ""

    def __str__(self) -> str:
        if not self.signed_by:
            return f"{PREFIX}: none, {self.reason}."
        by, original = self.signed_by.replace("”", "'"), self.original_sha256
        return f"{PREFIX}: signed by “{by}”. SHA-256 of the provider's own file: {original}."

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What such a line says; None for any other."""
        if signed := _SIGNED.search(text):
            return cls(signed_by=signed["by"], original_sha256=signed["sha256"])
        unsigned = _UNSIGNED.search(text)
        return cls(reason=unsigned["reason"]) if unsigned else None
