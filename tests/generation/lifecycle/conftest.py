"""Steps of a job taken by hand, one after the other, in the test's own process."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from generation import lifecycle
from generation.composition import Settings
from generation.lifecycle.poll.sweep import Poller
from generation.models import Job
from library.models import Project
from tests.generation.lifecycle.held_jobs import fresh


@pytest.fixture
def queued(alice: User, project: Project) -> Callable[..., Job]:
    """Queue a job for a prompt."""

    def make(prompt: str = "a harbour at dusk", **settings: object) -> Job:
        chosen = Settings(**{"duration": 3, **settings})
        return lifecycle.create(by=alice, project=project, prompt=prompt, settings=chosen)

    return make


@pytest.fixture
def poll() -> Iterator[Callable[[], int]]:
    """One round of the sweep; the number of jobs asked about."""
    with asyncio.Runner() as runner:
        poller = Poller(runner)
        yield poller.run_once
        poller.close()


@pytest.fixture
def bring_to(poll: Callable[[], int]) -> Callable[[Job, str], Job]:
    """Take every step that is due until the job has this state."""

    def go(job: Job, status: str, *, within: float = 60) -> Job:
        ends = time.monotonic() + within
        while True:
            job.refresh_from_db()
            if job.status == status:
                return job
            assert not job.is_finished, f"{job} is {job.status}: {job.error_message}"
            assert time.monotonic() < ends, f"{job} is still {job.status}"
            make_due(job)
            if job.status in {Job.Status.QUEUED, Job.Status.SUBMITTING}:
                lifecycle.submit_job(job.pk)
            elif job.status == Job.Status.RUNNING:
                poll()
                time.sleep(0.05)
            else:
                lifecycle.store_job(job.pk)

    return go


def make_due(job: Job) -> None:
    """Let the time of the next step come, or the lease lapse."""
    Job.objects.filter(pk=job.pk, next_step_at__isnull=False).update(next_step_at=timezone.now())


@pytest.fixture
def perhaps_sent(queued, sandbox, settings):
    """A job whose request arrived and whose answer was lost, where keys are not honoured: held."""

    def make(prompt="a harbour at dusk"):
        settings.SKYREELS_IDEMPOTENT = False
        sandbox.add_fault("submit", "drop_after")
        job = queued(prompt)
        lifecycle.submit_job(job.pk)
        settings.SKYREELS_IDEMPOTENT = True
        return fresh(job)

    return make


@pytest.fixture
def late(queued, bring_to, sandbox):
    """A job that has been rendering for two hours, in a state that the provider does not explain."""

    def make():
        sandbox.add_fault("submit", "slow_task", seconds=1)
        job = bring_to(queued(), Job.Status.RUNNING)
        before = timezone.now() - timedelta(hours=2)
        Job.objects.filter(pk=job.pk).update(
            submitted_at=before, late_at=timezone.now(), next_step_at=timezone.now() + timedelta(minutes=1)
        )
        return fresh(job)

    return make
