"""The C2PA manifest of a take."""

from datetime import UTC, datetime
from typing import Any, Final

from generation.models import Job

AI_GENERATED: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
MODEL_NAME: Final = "SkyReels V4"
ORIGINAL: Final = "backlot.original"


def claim(job: Job, *, sha256: str, size: int, signed_at: datetime) -> dict[str, Any]:
    """Return the manifest for a job's video; `sha256` and `size` (bytes) are those of the provider's file.

    It contains nothing about the production: no prompt and no names of users, projects and assets.
    """
    created = {
        "action": "c2pa.created",
        "when": _timestamp(job.rendered_at or signed_at),
        "softwareAgent": {"name": MODEL_NAME, "version": job.model},
        "digitalSourceType": AI_GENERATED,
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


def _timestamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
