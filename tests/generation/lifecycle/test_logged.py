"""What a job's whole way leaves in the log, were every library to say all it knows: its number, and no secret."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest
from django.conf import settings

from config.logs import Json
from generation import lifecycle
from generation.composition import Settings
from generation.models import Job
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything() -> Iterator[io.StringIO]:
    """What all loggers write at DEBUG, in the form of JSON, with no secret told to the formatter."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Json(secrets=[]))
    root = logging.getLogger()
    loggers = [found for found in root.manager.loggerDict.values() if isinstance(found, logging.Logger)]
    before = {found: (found.level, found.disabled) for found in (root, *loggers)}
    for found in before:
        found.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield written
    root.removeHandler(handler)
    for found, (level, disabled) in before.items():
        found.setLevel(level)
        found.disabled = disabled


def test_the_whole_way_of_a_job_tells_no_secret(
    everything, alice, project, bring_to, settings, sandbox, s3
) -> None:
    settings.SKYREELS_WEBHOOKS = "true"
    factories.asset(alice, handle="Mara", pictures=1)
    asked = Settings(duration=3)
    job = lifecycle.create(by=alice, project=project, prompt="@Mara at dusk", settings=asked)
    bring_to(job, Job.Status.SUCCEEDED)
    job.refresh_from_db()

    said = everything.getvalue()
    loggers = {json.loads(line)["logger"].partition(".")[0] for line in said.splitlines()}
    assert {"httpx", "botocore", "backlot"} <= loggers
    signatures = re.findall(rb"X-Amz-Signature=([0-9a-f]{64})", bytes(job.request_body))
    assert (bool(signatures), bool(job.hook_token)) == (True, True)
    secrets = [job.hook_token, *(found.decode() for found in signatures), *configured()]
    assert [secret for secret in secrets if secret in said] == []
    assert re.findall(r"(?i)x-amz-signature(?:=|%3d)[0-9a-f]+", said) == []


def test_each_step_is_a_line_with_the_jobs_number(everything, queued, bring_to, sandbox, s3) -> None:
    job = bring_to(queued(), Job.Status.SUCCEEDED)
    lines = [json.loads(line) for line in everything.getvalue().splitlines()]
    steps = [line["message"].split()[2] for line in lines if line.get("job") == job.pk]
    assert steps == ["queued:", "submitting:", "running:", "storing:", "succeeded:"]


def configured() -> list[str]:
    return [settings.SKYREELS_API_KEY, settings.AWS_SECRET_ACCESS_KEY, settings.SECRET_KEY]
