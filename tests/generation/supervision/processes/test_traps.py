"""The traps of the queue that a worker stands in from its start to its end (`test_worker` has those of a crash)."""

import os
import signal
import subprocess
from collections.abc import Callable

import pytest
from django.utils import timezone

from generation.models import Job
from tests.generation.supervision.conftest import LONG_AGO, PATIENT, Place, wait_for

pytestmark = pytest.mark.system

# No kind of schedule that exists, due long ago: django-q's scheduler breaks off at it, each time.
MALFORMED = """
INSERT INTO django_q_schedule (name, func, schedule_type, repeats, next_run, minutes, cron)
VALUES ('broken', 'generation.tasks.sweep', 'C', -1, '2000-01-01 00:00:00', 1, 'no such time')
"""
SIGNED_BY_ANOTHER_KEY = """
INSERT INTO django_q_ormq (key, payload, lock) VALUES ('backlot', 'gASVBQAAAAAAAAB9lC4:1abcde:c2lnbmF0dXJl',
'2000-01-01 00:00:00')
"""


def to_the_worker(worker: subprocess.Popen[bytes], place: Place) -> None:
    worker.terminate()


def to_its_group(worker: subprocess.Popen[bytes], place: Place) -> None:
    os.killpg(worker.pid, signal.SIGTERM)


def to_everything(worker: subprocess.Popen[bytes], place: Place) -> None:
    """What systemd does unless it is told otherwise, which hangs the queue's own processes."""
    for pid in place.processes():
        os.kill(pid, signal.SIGTERM)


@pytest.mark.parametrize("end", [to_the_worker, to_its_group, to_everything])
def test_a_worker_stops_clean_and_keeps_no_lease_and_no_result(
    end: Callable[[subprocess.Popen[bytes], Place], None], furnished: Place
) -> None:
    worker = furnished.start("manage.py", "worker")
    wait_for("a first sweep", lambda: furnished.beat_after(LONG_AGO))
    end(worker, furnished)
    assert worker.wait(timeout=PATIENT) == 0, furnished.said()
    assert furnished.processes() == []
    assert furnished.one("SELECT count(*) FROM generation_heartbeat WHERE token <> ''") == 0
    assert furnished.one("SELECT count(*) FROM django_q_task") == 0


def test_a_broken_schedule_and_messages_of_a_rotated_key_stop_nothing(furnished: Place) -> None:
    furnished.one(MALFORMED)
    furnished.one(SIGNED_BY_ANOTHER_KEY)
    worker = furnished.start("manage.py", "worker")
    wait_for("a first sweep", lambda: furnished.beat_after(LONG_AGO))
    unreadable = "SELECT count(*) FROM django_q_ormq WHERE payload LIKE '%:1abcde:%'"
    wait_for("the unreadable message to be dropped", lambda: furnished.one(unreadable) == 0)
    worker.terminate()
    assert worker.wait(timeout=PATIENT) == 0, furnished.said()


def test_a_step_that_is_under_way_at_the_stop_is_finished(worker, queue_job, sandbox) -> None:
    sandbox.add_fault("submit", "delay", match="while stopping", seconds=2)
    worker.start()
    job = queue_job("a harbour while stopping")
    wait_for("the submit", lambda: Job.objects.get(pk=job.pk).status == Job.Status.SUBMITTING)
    worker.stop()
    job.refresh_from_db()
    assert (job.status, job.lease_token, bool(job.task_id)) == (Job.Status.RUNNING, "", True)


def test_a_step_that_outlasts_the_stop_is_let_go(worker, queue_job, sandbox) -> None:
    """It is due at once, and three stops in a row are not three crashes of which it may be the cause."""
    sandbox.add_fault("download", "delay", match="stopped for good", seconds=30)
    worker.start()
    job = queue_job("a harbour stopped for good")
    storing = Job.objects.filter(pk=job.pk, status=Job.Status.STORING).exclude(lease_token="")
    wait_for("the download", storing.exists)
    worker.stop()
    job.refresh_from_db()
    assert (job.status, job.lease_token, job.lapsed_leases) == (Job.Status.STORING, "", 0)
    assert job.next_step_at <= timezone.now()
