"""The error table (skyreels-api.md, section 3) at poll and download, over HTTP: nothing of it loses a paid render.

Submit, where each row has its own outcome: tests/generation/lifecycle/submit/test_submit_outcomes.py. A render that
arrives two hours late: tests/generation/lifecycle/held/test_resolve.py.
"""

import pytest

from generation import lifecycle
from generation.models import GatewayState, Job, LedgerEntry, Take
from tests.generation.lifecycle.conftest import make_due

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("s3")]
Status, Money = Job.Status, LedgerEntry.State

HTML = {"body": "<html>Bad gateway</html>", "content_type": "text/html"}
TABLE = [
    *({"kind": "status", "status": status} for status in (400, 401, 402, 403, 404, 408, 409, 413, 418, 422)),
    {"kind": "status", "status": 400, "code": "get_channel_failed"},
    {"kind": "status", "status": 429, "retry_after": 3},
    {"kind": "status", "status": 429, "retry_after": "Mon, 01 Jan 2024 00:00:00 GMT"},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 500, "message": "build_request_failed: duration"},
    {"kind": "status", "status": 502, **HTML},
    {"kind": "status", "status": 503, "code": "idempotency_unavailable"},
    {"kind": "status", "status": 504, "body": ""},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
]
PAUSING = {401, 402}
ANSWERS = [
    *TABLE,
    {"kind": "drop_midway"},
    {"kind": "status", "status": 200, **HTML},
    {"kind": "status", "status": 200, "body": ""},
    {"kind": "status", "status": 200, "body": "[]"},
    {"kind": "status", "status": 200, "body": {"code": 200, "data": None}},
    {"kind": "status", "status": 200, "body": {"data": {"status": "completed", "result": {"videos": []}}}},
    {"kind": "status", "status": 200, "body": {"data": {"status": "completed", "result": "soon"}}},
    {"kind": "status", "status": 200, "body": {"data": {"status": "processing", "progress": "most of it"}}},
    {"kind": "task_status", "status": "a status never seen before"},
]
FILES = [
    *TABLE,
    {"kind": "status", "status": 410},
    {"kind": "status", "status": 200, **HTML},
    {"kind": "status", "status": 200, "body": ""},
    {"kind": "status", "status": 200, "body": "\x00\x00\x00\x18ftypmp42"},
    {"kind": "expired_link"},
    {"kind": "dead_link"},
    {"kind": "empty_file"},
    {"kind": "truncated_file"},
    {"kind": "html_file"},
]


def name_of(fault) -> str:
    return " ".join(str(value) for value in fault.values())


def test_no_answer_to_a_poll_loses_the_render(queued, poll, bring_to, sandbox, alice):
    """One render is asked about once for each row, and each time it goes on."""
    job, wrong = bring_to(queued(), Status.RUNNING), []
    for fault in ANSWERS:
        Job.objects.filter(pk=job.pk).update(attempts=0)
        make_due(job)
        sandbox.add_fault("query", **fault)
        poll()
        job = Job.objects.select_related("ledger").get(pk=job.pk)
        pauses = GatewayState.objects.filter(paused_at__isnull=False).exists()
        seen = (job.status, job.ledger.state, bool(job.next_step_at), job.lease_token, pauses)
        if seen != (Status.RUNNING, Money.ESTIMATED, True, "", fault.get("status") in PAUSING):
            wrong.append((name_of(fault), seen))
        lifecycle.resume_gateway(by=alice)
        sandbox.clear_faults()
    assert wrong == []
    bring_to(job, Status.SUCCEEDED)
    assert [
        task["submits"] for task in sandbox.tasks() if task["idempotency_key"] == job.idempotency_key
    ] == [1]


def test_no_answer_to_a_download_loses_the_render_or_makes_a_take(queued, bring_to, sandbox):
    """One video is fetched once for each row, and each time it is kept for another try."""
    job, wrong = bring_to(queued(), Status.STORING), []
    for fault in FILES:
        Job.objects.filter(pk=job.pk).update(attempts=0)
        make_due(job)
        sandbox.add_fault("download", **fault)
        lifecycle.store_job(job.pk)
        job = Job.objects.select_related("ledger").get(pk=job.pk)
        seen = (job.status, job.ledger.state, bool(job.next_step_at), job.attempts, Take.objects.count())
        if seen != (Status.STORING, Money.ESTIMATED, True, 1, 0):
            wrong.append((name_of(fault), seen))
        sandbox.clear_faults()
    assert wrong == []
    assert bring_to(job, Status.SUCCEEDED).take.seconds == pytest.approx(3, abs=0.1)


def test_a_link_that_expires_between_poll_and_download_is_asked_for_again(queued, bring_to, sandbox):
    sandbox.add_fault("query", "expired_link", times=None)
    job = bring_to(queued(), Status.STORING)
    sandbox.clear_faults()
    make_due(job)
    lifecycle.store_job(job.pk)
    job.refresh_from_db()
    assert (job.status, job.events.last().code) == (Status.STORING, "new_link")
    bring_to(job, Status.SUCCEEDED)
    assert Take.objects.filter(job=job).count() == 1
