"""From a prompt to a stored take, through the sandbox over HTTP and the local S3 server."""

import httpx
import pytest

from generation import lifecycle
from generation.composition import Settings
from generation.models import Job, LedgerEntry, Take
from library import ingest, storage
from tests import factories

pytestmark = pytest.mark.django_db
Status = Job.Status


def test_a_prompt_becomes_a_take(queued, bring_to, sandbox, s3, tmp_path):
    job = bring_to(queued(duration=3, resolution="480p"), Status.SUCCEEDED)

    take = Take.objects.get(job=job)
    assert (take.width, take.height, take.fps, take.codec, take.number) == (848, 480, 24.0, "h264", 1)
    assert take.seconds == pytest.approx(3, abs=0.1)
    stored = tmp_path / "take.mp4"
    storage.download(take.key, stored)
    assert stored.stat().st_size == take.size
    assert httpx.get(storage.signed_url(take.poster_key)).headers["content-type"] == "image/webp"


def test_the_object_opens_only_with_a_signature(queued, bring_to, sandbox, s3):
    take = bring_to(queued(), Status.SUCCEEDED).take
    assert httpx.get(storage.signed_url(take.key)).status_code == 200
    bare = httpx.get(storage.plain_url(take.key))
    assert bare.is_client_error
    assert len(bare.content) < 1000


def test_the_story_is_told(queued, bring_to, sandbox, s3):
    job = bring_to(queued(), Status.SUCCEEDED)
    assert list(job.events.values_list("status", flat=True)) == [
        Status.QUEUED,
        Status.SUBMITTING,
        Status.RUNNING,
        Status.STORING,
        Status.SUCCEEDED,
    ]


def test_the_money_is_settled_by_the_reported_cost(queued, bring_to, sandbox, s3):
    job = bring_to(queued(duration=4), Status.SUCCEEDED)
    entry = LedgerEntry.objects.get(job=job)
    assert (entry.state, entry.actual_usd, entry.estimate_usd) == (
        LedgerEntry.State.SETTLED,
        job.cost_usd,
        job.cost_usd,
    )


def test_a_character_reaches_the_provider(alice, project, bring_to, sandbox, s3):
    mara = factories.asset(alice, handle="Mara", pictures=2)
    job = lifecycle.create(
        by=alice, project=project, prompt="@mara walks along a neon street", settings=Settings(duration=3)
    )
    bring_to(job, Status.SUCCEEDED)

    sent = next(task for task in sandbox.tasks() if task["idempotency_key"] == job.idempotency_key)["request"]
    assert sent["prompt"] == "@Mara walks along a neon street"
    assert [(ref["tag"], len(ref["image_urls"])) for ref in sent["ref_images"]] == [("@Mara", 2)]
    assert [row.version for row in job.references.all()] == [mara.current_version]


def test_a_job_keeps_the_version_that_it_was_queued_with(alice, project, bring_to, sandbox, s3):
    mara = factories.asset(alice, handle="Mara", pictures=1)
    pinned = mara.current_version
    job = lifecycle.create(by=alice, project=project, prompt="@Mara smiles", settings=Settings(duration=3))
    ingest.add_version(mara, by=alice, media=[factories.media() for _ in range(3)])
    bring_to(job, Status.RUNNING)

    sent = next(task for task in sandbox.tasks() if task["idempotency_key"] == job.idempotency_key)["request"]
    key = pinned.files.get().media.key
    assert [url.split("?")[0] for url in sent["ref_images"][0]["image_urls"]] == [storage.plain_url(key)]


def test_takes_of_a_project_are_numbered(queued, bring_to, sandbox, s3):
    numbers = [bring_to(queued(), Status.SUCCEEDED).take.number for _ in range(2)]
    assert numbers == [1, 2]
