"""Sentences that earlier versions wrote into event logs and hold reasons become codes with their parameters."""

from collections.abc import Callable
from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from generation.models import Job, JobEvent, Take
from generation.models.job_codes import EventCode, HoldCode, StoreCode, UnsignedCode

migration = import_module("generation.migrations.0008_fill_codes")
sentences = import_module("generation.migrations._sentences")
SHA = "ab" * 32
PAID = "The render is paid and kept by the provider; trying again in 12 s."
# Status, sentence as version 96d44fa wrote it, code, data.
EVENTS = [
    ("queued", "Queued by alice, estimated at $0.32.", "queued", {"by": "alice", "usd": "0.32"}),
    ("cancelled", "Cancelled by alice. Nothing was sent or charged.", "cancelled", {"by": "alice"}),
    ("queued", "bob has put it in front of the queue.", "priority_high", {"by": "bob"}),
    ("queued", "bob has put it in turn.", "priority_normal", {"by": "bob"}),
    ("queued", "bob has put it behind what is wanted sooner.", "priority_low", {"by": "bob"}),
    ("queued", "bob has paused the project's queue: it waits.", "queue_paused", {"by": "bob"}),
    ("queued", "bob has resumed the project's queue.", "queue_resumed", {"by": "bob"}),
    ("running", "Abandoned by bob: it is still fetched and kept.", "abandoned", {"by": "bob"}),
    ("running", "bob wants it after all.", "restored", {"by": "bob"}),
    ("submitting", "Request frozen, sending it to the provider.", "submitting", {}),
    ("queued", "Not sent: Busy. Try later. Next try in 4 s.", "not_sent", {"message": "Busy. Try later.", "delay": 4}),
    ("queued", "No key. Submits are paused; this job waits.", "submits_paused", {"message": "No key."}),
    (
        "submitting",
        "Silence. Sending the same request with the same key in 8 s.",
        "resending",
        {"message": "Silence.", "delay": 8},
    ),
    ("running", "The provider took it as task_1.", "accepted", {"task": "task_1"}),
    (
        "failed",
        "The provider also took it as task_1: this may have been paid twice.",
        "accepted_twice",
        {"task": "task_1"},
    ),
    ("failed", "The prompt breaks a rule.", "refused", {"message": "The prompt breaks a rule."}),
    ("failed", "The provider could not render it: Too dark.", "render_failed", {"message": "Too dark."}),
    ("storing", "Rendered. Fetching the video.", "rendered", {}),
    (
        "running",
        "No answer about the render: Time-out. Asking again in 3 s.",
        "query_failed",
        {"message": "Time-out.", "delay": 3},
    ),
    ("running", "The provider does not know its task task_1. Asking again.", "task_unknown", {"task": "task_1"}),
    (
        "storing",
        f"The link to the video is dead. Asking for a new link failed: Gone. {PAID}",
        "store_retry",
        {
            "problems": [{"code": "link_dead", "detail": ""}, {"code": "no_new_link", "detail": "Gone."}],
            "delay": 12,
        },
    ),
    (
        "storing",
        f"The video could not be fetched (ReadTimeout). Its provider is not the one that is configured now. {PAID}",
        "store_retry",
        {
            "problems": [
                {"code": "download_failed", "detail": "ReadTimeout"},
                {"code": "other_provider", "detail": ""},
            ],
            "delay": 12,
        },
    ),
    (
        "succeeded",
        "The take is stored. Content credentials: signed by “Harbour Films”. "
        f"SHA-256 of the provider's own file: {SHA}.",
        "stored_signed",
        {"signed_by": "Harbour Films", "sha256": SHA},
    ),
    (
        "succeeded",
        "The take is stored. Content credentials: none, it could not be signed (no space).",
        "stored_unsigned",
        {"reason": "signing_failed", "detail": "no space"},
    ),
    ("succeeded", "The take is stored.", "stored", {}),
    (
        "held",
        "The provider does not know its task task_1. It said so 5 times.",
        "held",
        {"hold": "task_unknown", "task": "task_1", "tries": 5},
    ),
    ("held", "bob sent it again as Job 1a2b3c4d. What this one may have cost stays uncertain.", "resubmitted",
     {"by": "bob", "job": "Job 1a2b3c4d"}),
    ("queued", "bob sends Job 1a2b3c4d again as this job, estimated $0.32. The first may be paid for too.",
     "resubmission", {"by": "bob", "job": "Job 1a2b3c4d", "usd": "0.32"}),
    ("failed", "bob wrote it off as paid for nothing.", "written_off_paid", {"by": "bob"}),
    ("failed", "bob wrote it off as not paid.", "written_off_unpaid", {"by": "bob"}),
    (
        "failed",
        "The program that asked for it could not be called: client.example answered 500. "
        "It can still ask for the task.",
        "webhook_refused",
        {"host": "client.example", "status": 500},
    ),
    ("running", "A sentence of nobody's.", "text", {"text": "A sentence of nobody's."}),
]  # fmt: skip
HOLDS = [
    (
        "A worker stopped while it was submitting. Whether the provider took the job is not known.",
        "submit_interrupted",
        {},
    ),
    ("Silence. Whether the provider took the job is not known.", "submit_unclear", {"message": "Silence."}),
    (
        "No. Whether the provider took an earlier try is not known.",
        "earlier_submit_unclear",
        {"message": "No."},
    ),
    (
        "Silence. 8 tries with the same key brought no answer.",
        "submit_unanswered",
        {"message": "Silence.", "tries": 8},
    ),
    (
        "3 workers stopped before they sent this job. It may be what stops them. Nothing was sent.",
        "crashed_before_submit",
        {"workers": 3},
    ),
    (
        "The object storage did not take the video. 25 tries did not help.",
        "store_failed",
        {"problems": [{"code": "storage_failed", "detail": ""}], "tries": 25},
    ),
    (
        "Silence. Whether the provider took the job is not known. bob sent it again as Job 1a2b3c4d. The provider has "
        "called since then: it did take this job, and its task has ended.",
        "submit_unclear",
        {"message": "Silence.", "called": True, "resubmitted_by": "bob", "resubmitted_as": "Job 1a2b3c4d"},
    ),
    ("It is not known whether it was sent.", "text", {"text": "It is not known whether it was sent."}),
]


@pytest.mark.parametrize(("status", "sentence", "code", "data"), EVENTS)
def test_an_event(status: str, sentence: str, code: str, data: dict[str, object]) -> None:
    assert sentences.parse_event(status, sentence) == (code, data)
    assert EventCode(code)


@pytest.mark.parametrize(("sentence", "code", "data"), HOLDS)
def test_a_hold_reason(sentence: str, code: str, data: dict[str, object]) -> None:
    assert sentences.parse_hold(sentence) == (code, data)
    assert HoldCode(code)


def test_every_code_that_the_migration_writes_exists() -> None:
    """The codes are written out in the migration; renaming one would make old rows unreadable."""
    assert {code for code, _ in sentences.EVENTS} <= set(EventCode)
    assert {code for code, _ in sentences.HOLDS} <= set(HoldCode)
    assert {code for code, _ in sentences.PROBLEMS} | {"other_provider", "no_new_link"} == set(StoreCode)
    assert {code for code, _ in sentences.REASONS} | {"text"} == set(UnsignedCode)


def test_rows_of_the_version_before(restore: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """In several batches, and nothing of the old columns is lost for hosts that still read them."""
    monkeypatch.setattr(migration, "BATCH", 7)
    restore("96d44fa")
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(id) FROM generation_job WHERE status = 'held'")
        (held,) = cursor.fetchone()
        cursor.execute("UPDATE generation_job SET held_reason = %s WHERE id = %s", [HOLDS[0][0], held])
        cursor.execute("SELECT coalesce(max(id), 0) FROM generation_jobevent")
        (last,) = cursor.fetchone()
        cursor.executemany(
            "INSERT INTO generation_jobevent (job_id, at, status, text) VALUES (%s, '2026-11-30T00:00:00Z', %s, %s)",
            [(held, status, sentence) for status, sentence, *_ in EVENTS],
        )
    call_command("migrate", verbosity=0)
    added = JobEvent.objects.filter(pk__gt=last).order_by("pk")
    assert [(one.code, one.data) for one in added] == [(code, data) for *_, code, data in EVENTS]
    assert [one.plain_text for one in added] == [sentence for _, sentence, *_ in EVENTS]
    assert not JobEvent.objects.filter(code="").exists()
    job = Job.objects.get(pk=held)
    assert (job.hold_code, job.hold_data) == (HoldCode.SUBMIT_INTERRUPTED, {})
    takes = list(Take.objects.all())
    assert takes
    assert all(take.signed_by and len(take.original_sha256) == 64 for take in takes)


def test_an_interrupted_migration_continues(restore: Callable[[str], None]) -> None:
    restore("96d44fa")
    call_command("migrate", "generation", "0007", verbosity=0)
    before = JobEvent.objects.count()
    first = JobEvent.objects.order_by("pk").first()
    JobEvent.objects.filter(pk=first.pk).update(code="text", data={"text": "already filled"})
    call_command("migrate", verbosity=0)
    assert JobEvent.objects.exclude(code="").count() == before
    assert JobEvent.objects.get(pk=first.pk).data == {"text": "already filled"}
