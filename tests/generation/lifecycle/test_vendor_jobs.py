"""Whole jobs through the vendor's own API: chosen by one setting, from the prompt to the stored take."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation import lifecycle
from generation.composition import Roles, Settings
from generation.models import Job, LedgerEntry
from generation.sandbox.server import SandboxServer
from tests import factories

pytestmark = pytest.mark.django_db
Status = Job.Status


@pytest.fixture(autouse=True)
def vendor(settings, tmp_path: Path) -> Iterator[SandboxServer]:
    """A sandbox of its own: films that other tests left behind would be drawn first in theirs."""
    settings.SKYREELS_PROVIDER, settings.SKYREELS_IDEMPOTENT = "vendor", False
    with SandboxServer(tmp_path, api_key=settings.SKYREELS_API_KEY, speed=0) as server:
        settings.SKYREELS_BASE_URL = server.base_url
        yield server


def test_a_job_of_each_kind_becomes_a_take(alice, project, bring_to, vendor, s3):
    factories.asset(alice, handle="Mara", pictures=2)
    factories.asset(alice, handle="harbour", kind="image", pictures=1)
    asked = {
        "text2video": ("a harbour at dusk", Roles()),
        "image2video": ("dawn comes", Roles(first="harbour")),
        "omni-video": ("@Mara walks along a neon street", Roles()),
    }
    for kind, (prompt, roles) in asked.items():
        job = lifecycle.create(
            by=alice, project=project, prompt=prompt, settings=Settings(duration=3), roles=roles
        )
        job = bring_to(job, Status.SUCCEEDED)
        assert job.task_id.startswith(f"{kind}/task_")
        assert (job.provider, job.provider_status) == ("sandbox-vendor", "success")
        assert job.take.seconds == pytest.approx(3, abs=0.1)
        sent = json.loads(bytes(job.request_body))
        assert (sent["mode"], sent["sound"]) == ("fast", False)
        assert {"api_key", "model"}.isdisjoint(sent)
        entry = LedgerEntry.objects.get(job=job)
        # The vendor tells no price: the estimate stands.
        assert (job.cost_usd, entry.state, entry.actual_usd) == (None, "settled", entry.estimate_usd)


def test_an_unknown_outcome_is_held_since_the_vendor_knows_no_keys(queued, bring_to, vendor):
    vendor.add_fault("submit", "fail_task")
    vendor.add_fault("submit", "drop_after")
    job = bring_to(queued("lost on the way"), Status.HELD)
    assert (job.task_id, LedgerEntry.objects.get(job=job).state) == ("", "uncertain")


def test_a_refusal_inside_http_200_fails_the_job_and_costs_nothing(queued, bring_to, vendor):
    vendor.add_fault("submit", "status", status=482, inside=True, message="not allowed")
    job = queued("something forbidden")
    lifecycle.submit_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code, LedgerEntry.objects.get(job=job).state) == (
        Status.FAILED,
        "482",
        "refunded",
    )


def test_a_render_that_fails_is_told(queued, bring_to, poll, vendor):
    vendor.add_fault("submit", "fail_task", code=482, message="too dark")
    job = bring_to(queued("a dark one"), Status.RUNNING)
    Job.objects.filter(pk=job.pk).update(next_step_at=job.created_at)
    poll()
    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert "too dark" in job.error_message


def test_a_job_of_the_gateway_is_left_alone(queued, poll, vendor):
    job = queued()
    Job.objects.filter(pk=job.pk).update(
        status=Status.RUNNING, provider="sandbox", task_id="task_1", next_step_at=job.created_at
    )
    assert poll() == 0
