"""A result of 300 MB is stored while the worker's memory hardly grows."""

from pathlib import Path

import pytest

from generation.models import Job, Take
from tests.worker_host import WorkerHost, wait_for

pytestmark = pytest.mark.system
MEGABYTE = 1024 * 1024


def peaks(worker: WorkerHost) -> dict[int, float]:
    """The most memory that each process of the worker ever held, in MB: `VmHWM` of Linux."""
    found = {}
    for process in worker.processes():
        with Path(f"/proc/{process.pid}/status").open() as status:
            line = next(line for line in status if line.startswith("VmHWM"))
            found[process.pid] = int(line.split()[1]) * 1024 / MEGABYTE
    return found


def test_a_result_of_300_mb_is_stored_with_bounded_memory(worker, queue_job, sandbox):
    worker.start()
    small = [queue_job(f"a small one, {number}") for number in range(3)]
    wait_for(lambda: Job.objects.filter(status=Job.Status.SUCCEEDED).count() == len(small))
    before = peaks(worker)

    sandbox.add_fault("download", "pad_file", match="a large one", megabytes=300)
    job = queue_job("a large one")
    wait_for(lambda: Job.objects.get(pk=job.pk).status == Job.Status.SUCCEEDED, seconds=90)

    assert Take.objects.get(job=job).size > 300_000_000
    after = peaks(worker)
    assert set(after) == set(before), "a worker was replaced in between"
    grown = sum(after[pid] - before[pid] for pid in after)
    assert grown < 64
    print(f"the worker's memory grew by {grown:.0f} MB for a result of 300 MB")
