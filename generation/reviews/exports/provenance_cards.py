"""What is told of takes that leave the house: the shapes of `manifest.json`, one provenance card for each take."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel

from generation.models import Verdict

FORMAT: Final = "backlot-takes"
VERSION: Final = 1


class FileCard(BaseModel):
    """One file of an asset's version; `size` in bytes."""

    role: str
    sha256: str
    mime: str
    size: int


class AssetCard(BaseModel):
    """An asset as the job used it, in the version that it pinned, with its rights as they stand today.

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
    """Money in US dollars. `booked` is what was settled, `reported` what the provider said."""

    currency: Literal["USD"] = "USD"
    state: str
    billed_seconds: int
    estimated: Decimal
    reported: Decimal | None
    booked: Decimal | None


class VerdictCard(BaseModel):
    """One decision; those that `counts` stand today. A guest's is advice."""

    decision: str
    by: str
    is_guest: bool
    at: datetime
    reason: str
    withdrawn_at: datetime | None
    counts: bool


class CredentialsCard(BaseModel):
    """The C2PA manifest in the file: who signed it and what the provider's own bytes were, or why there is none."""

    signed_by: str = ""
    original_sha256: str = ""
    reason: str = ""


class TimesCard(BaseModel):
    """When it was asked for, sent, rendered and stored."""

    asked: datetime
    sent: datetime | None
    rendered: datetime | None
    stored: datetime


class TakeCard(BaseModel):
    """One take's provenance. Size in bytes, pixels, seconds, and frames for each second as the file has them."""

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
        """Those that stand."""
        return [said for said in self.verdicts if said.counts and said.decision == Verdict.Decision.APPROVED]


class Manifest(BaseModel):
    """What is in the zip."""

    format: Literal["backlot-takes"] = FORMAT
    version: Literal[1] = VERSION
    exported_at: datetime
    project: str
    takes: list[TakeCard]
