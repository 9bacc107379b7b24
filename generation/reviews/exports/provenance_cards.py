"""Schemas of `manifest.json`: the provenance of exported takes."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel

from generation.models import ReviewState

FORMAT: Final = "backlot-takes"
VERSION: Final = 1


class FileCard(BaseModel):
    """A file of an asset's version; `size` is in bytes."""

    role: str
    sha256: str
    mime: str
    size: int


class AssetCard(BaseModel):
    """An asset in the version that the job used, with its current rights.

    Licence, source and consent note are null if the exporting user may not edit the asset.
    """

    handle: str
    kind: str
    title: str
    version: int
    role: str
    second: int | None
    with_voice: bool
    licence: str | None
    source: str | None
    consent_note: str | None
    rights_end_on: date | None
    files: list[FileCard]


class CostCard(BaseModel):
    """Amounts in US dollars. `booked` was settled, `reported` is from the provider."""

    currency: Literal["USD"] = "USD"
    state: str
    billed_seconds: int
    estimated: Decimal
    reported: Decimal | None
    booked: Decimal | None


class VerdictCard(BaseModel):
    """A verdict; `counts` if it is the current one. Guests' verdicts are advisory."""

    decision: str
    by: str
    is_guest: bool
    at: datetime
    reason: str
    withdrawn_at: datetime | None
    counts: bool


class CredentialsCard(BaseModel):
    """The C2PA manifest of the file: signer and hash of the provider's original, or the reason why there is none."""

    signed_by: str = ""
    original_sha256: str = ""
    reason: str = ""


class TimesCard(BaseModel):
    """Times at which the take was requested, submitted, rendered and stored."""

    asked: datetime
    sent: datetime | None
    rendered: datetime | None
    stored: datetime


class TakeCard(BaseModel):
    """The provenance of a take. `size` is in bytes; width, height, duration and rate are those of the file."""

    file: str
    sha256: str
    size: int
    width: int
    height: int
    seconds: float
    fps: float
    frames: int
    codec: str
    has_audio: bool
    credentials: CredentialsCard
    take: str
    number: int
    shot: str
    address: str
    made_by: str
    provider: str
    model: str
    task: str
    prompt: str
    settings: dict[str, Any]
    request: Any
    times: TimesCard
    assets: list[AssetCard]
    cost: CostCard | None
    verdicts: list[VerdictCard]

    @property
    def approvals(self) -> list[VerdictCard]:
        """Return the current approvals."""
        return [one for one in self.verdicts if one.counts and one.decision == ReviewState.APPROVED]


class Manifest(BaseModel):
    """The content of the zip."""

    format: Literal["backlot-takes"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    project: str
    takes: list[TakeCard]
