"""`kill -9` of the whole worker, each time while one job is SUBMITTING, one RUNNING and one STORING.

Three times with the rest of the tests, ten times by `make faults`.
"""

import os
from collections import Counter

import pytest

from generation.models import Job, Take
from library import storage
from tests.faults.accounting import leases_lapse
from tests.worker_host import wait_for

pytestmark = pytest.mark.system
Status = Job.Status
KILLS = 10 if "BACKLOT_FAULTS_FULL" in os.environ else 3

# What keeps a job in the state in which its worker is killed. The later ones come first, to meet the others there.
FAULTS = {
    Status.STORING: ("download", "delay", 30),
    Status.RUNNING: ("submit", "slow_task", 12),
    Status.SUBMITTING: ("submit", "delay", 12),
}


def test_a_killed_worker_leaves_jobs_that_another_finishes(worker, queue_job, sandbox):
    killed, struck = [], Counter[int]()
    for number in range(KILLS):
        worker.start()
        # A step in which three workers stopped is held, since it may be what stops them: nothing is hit so often here.
        often = [job for job, times in struck.items() if times > 1]
        wait_for(
            lambda often=often: not Job.objects.filter(pk__in=often, status__in=Job.Status.active).exists()
        )
        for state, (at, kind, seconds) in FAULTS.items():
            prompt = f"{state} when killed, number {number}"
            sandbox.add_fault(at, kind, match=prompt, seconds=seconds)
            job = queue_job(prompt)
            wait_for(lambda job=job, state=state: Job.objects.get(pk=job.pk).status == state)
        worker.kill()
        struck.update(Job.objects.filter(status__in=Job.Status.active).values_list("pk", flat=True))
        killed += Job.objects.filter(prompt__endswith=f" {number}").values_list("status", flat=True)
        leases_lapse()
    assert {state: killed.count(state) for state in FAULTS} == dict.fromkeys(FAULTS, KILLS)

    worker.start()
    wait_for(lambda: not Job.objects.filter(status__in=Job.Status.active).exists(), seconds=120)

    jobs = list(Job.objects.all())
    assert len(jobs) == KILLS * len(FAULTS)
    assert [(job.prompt, job.held_reason) for job in jobs if job.status != Status.SUCCEEDED] == []
    assert {Take.objects.filter(job=job).count() for job in jobs} == {1}
    made = [task["prompt"] for task in sandbox.tasks() if "when killed" in task["prompt"]]
    assert sorted(made) == sorted(job.prompt for job in jobs)
    assert all(storage.exists(take.key) for take in Take.objects.all())
