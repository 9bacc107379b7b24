"""How long from "completed" at the provider to the take, and what the queue costs."""

import statistics

import pytest

from generation.models import Job, Take
from tests.worker_host import wait_for

JOBS = 20


@pytest.mark.django_db(transaction=True)
def test_lag_from_completed_to_take(worker, queue_job, sandbox):
    """Twenty jobs in flight, one worker host."""
    for number in range(JOBS):
        sandbox.add_fault("submit", "slow_task", match=f"lag {number}.", seconds=5 + number)
    worker.start()
    jobs = [queue_job(f"lag {number}.") for number in range(JOBS)]
    wait_for(lambda: Take.objects.count() == JOBS, seconds=240)

    completed = {task["id"]: task["completed"] for task in sandbox.tasks()}
    takes = Take.objects.select_related("job")
    lags = sorted(take.created_at.timestamp() - completed[take.job.task_id] for take in takes)
    fetched = sorted((take.job.rendered_at - take.job.submitted_at).total_seconds() for take in takes)
    polls = sum(entry["path"].startswith("/v1/tasks/") for entry in sandbox.log())
    print(f"\n{JOBS} jobs, one worker host, renders seen after {fetched[0]:.0f} to {fetched[-1]:.0f} s")
    figures = f"median {statistics.median(lags):.2f} s, 95th {lags[-2]:.2f} s, most {lags[-1]:.2f} s"
    print(f"  from completed to the take: {figures}")
    print(f"  as a share of the render: {statistics.median(lags) / statistics.median(fetched):.3f}")
    print(f"  polls for each job: {polls / JOBS:.1f}")
    assert {job.status for job in Job.objects.filter(pk__in=[job.pk for job in jobs])} == {
        Job.Status.SUCCEEDED
    }
