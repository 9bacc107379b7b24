"""A clip, who signs it, and what it says."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from generation import provenance
from generation.models import Job
from generation.provenance import certificates
from tests.library import files


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return files.video(tmp_path / "clip.mp4", seconds=2)


@pytest.fixture
def self_made() -> provenance.Certificate:
    return certificates.self_made(settings.VAR_DIR)


@pytest.fixture
def said() -> dict[str, Any]:
    job = Job(prompt="@Mara waits in the harbour", model="skyreels-v4-std", provider="gateway")
    job.rendered_at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    return provenance.claim(job, sha256="ab" * 32, size=3377, signed_at=datetime.now(UTC))
