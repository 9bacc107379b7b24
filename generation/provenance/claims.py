"""What a take says of itself."""

from datetime import UTC, datetime
from typing import Any, Final

from generation.models import Job

AI_MADE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
MODEL_NAME: Final = "SkyReels V4"
ORIGINAL: Final = "backlot.original"


def claim(job: Job, *, sha256: str, size: int, signed_at: datetime) -> dict[str, Any]:
    """The manifest of the video that a job brought home; `sha256` and `size` (bytes) are those of the provider's file.

    Nothing of the production is told: no prompt, no names of people, projects and assets.
    """
    created = {
        "action": "c2pa.created",
        "when": _moment(job.rendered_at or signed_at),
        "softwareAgent": {"name": MODEL_NAME, "version": job.model},
        "digitalSourceType": AI_MADE,
    }
    original = {"sha256": sha256, "bytes": size, "model": job.model, "provider": job.provider}
    return {
        "claim_generator_info": [{"name": "Backlot"}],
        "title": f"{job.uuid}.mp4",
        "format": "video/mp4",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {"label": ORIGINAL, "data": original},
        ],
    }


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
