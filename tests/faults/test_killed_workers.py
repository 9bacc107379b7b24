"""`kill -9` of the whole worker, ten times, each time while one job is SUBMITTING, one RUNNING and one STORING."""

import pytest
from django.utils import timezone

from generation.models import Heartbeat, Job, Take
from library import storage
from tests.worker_host import wait_for

pytestmark = pytest.mark.slow
Status = Job.Status
KILLS = 10

# What keeps a job in the state in which its worker is killed. The later ones come first, to meet the others there.
FAULTS = {
    Status.STORING: ("download", "delay", 30),
    Status.RUNNING: ("submit", "slow_task", 12),
    Status.SUBMITTING: ("submit", "delay", 12),
}


def leases_lapse() -> None:
    """The time passes for which the dead worker's claims hold."""
    now = timezone.now()
    Job.objects.filter(next_step_at__gt=now).update(next_step_at=now)
    Heartbeat.objects.update(leased_until=now)


def test_a_killed_worker_leaves_jobs_that_another_finishes(worker, queue_job, sandbox):
    killed = []
    for number in range(KILLS):
        worker.start()
        for state, (at, kind, seconds) in FAULTS.items():
            prompt = f"{state} when killed, number {number}"
            sandbox.add_fault(at, kind, match=prompt, seconds=seconds)
            job = queue_job(prompt)
            wait_for(lambda job=job, state=state: Job.objects.get(pk=job.pk).status == state)
        worker.kill()
        killed += Job.objects.filter(prompt__endswith=f" {number}").values_list("status", flat=True)
        leases_lapse()
    assert {state: killed.count(state) for state in FAULTS} == dict.fromkeys(FAULTS, KILLS)

    worker.start()
    wait_for(lambda: not Job.objects.filter(status__in=Job.IN_HAND).exists(), seconds=120)

    jobs = list(Job.objects.all())
    assert len(jobs) == KILLS * len(FAULTS)
    assert {(job.status, Take.objects.filter(job=job).count()) for job in jobs} == {(Status.SUCCEEDED, 1)}
    made = [task["prompt"] for task in sandbox.tasks() if "when killed" in task["prompt"]]
    assert sorted(made) == sorted(job.prompt for job in jobs)
    assert all(storage.exists(take.key) for take in Take.objects.all())
