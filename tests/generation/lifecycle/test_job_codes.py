"""Totality of job codes and statuses: a new member that is not handled fails here, and the message names the place."""

from typing import get_args

import pytest
from django.utils.translation import override

from generation.api import job_schemas
from generation.lifecycle.held.held_jobs import Action, AttentionReason
from generation.lifecycle.held.resolve import NOT_AVAILABLE
from generation.lifecycle.queue.controls import PRIORITY_EVENTS
from generation.models import Job, JobEvent
from generation.models.job_codes import (
    Event,
    EventCode,
    Hold,
    HoldCode,
    StoreCode,
    StoreProblem,
    UnsignedCode,
)
from generation.models.job_texts import EVENTS, HOLDS, PROBLEMS, UNSIGNED, event_text, hold_text
from generation.templatetags import job_status
from generation.views.jobs import held, jobs
from library.probe import Refusal, UnreadableMedia

Status = Job.Status
TABLES = [
    (EventCode, EVENTS, "generation/models/job_texts.py: EVENTS"),
    (HoldCode, HOLDS, "generation/models/job_texts.py: HOLDS"),
    (StoreCode, PROBLEMS, "generation/models/job_texts.py: PROBLEMS"),
    (UnsignedCode, UNSIGNED, "generation/models/job_texts.py: UNSIGNED"),
    (AttentionReason, held.EXPLANATIONS, "generation/views/jobs/held.py: EXPLANATIONS"),
    (AttentionReason, held.REQUERIES, "generation/views/jobs/held.py: REQUERIES"),
    (Action, held.DECISIONS, "generation/views/jobs/held.py: DECISIONS"),
    (Action, NOT_AVAILABLE, "generation/lifecycle/held/resolve.py: NOT_AVAILABLE"),
    (Job.Priority, PRIORITY_EVENTS, "generation/lifecycle/queue/controls.py: PRIORITY_EVENTS"),
    (Status, job_status.BADGE_CLASSES, "generation/templatetags/job_status.py: BADGE_CLASSES"),
    # Drafts are not part of the API.
    (Status, ["draft", *get_args(job_schemas.JobStatus)], "generation/api/job_schemas.py: JobStatus"),
]
EMPTY_FILE = UnreadableMedia(Refusal.EMPTY, "video.mp4").to_json()
PARAMETERS = {
    "by": "alice",
    "usd": "0.3200",
    "message": "Gateway time-out.",
    "delay": 12,
    "task": "task_1",
    "job": "Job 1a2b3c4d",
    "host": "client.example",
    "status": 500,
    "signed_by": "Harbour Films",
    "sha256": "ab" * 32,
    "reason": UnsignedCode.SIGNING_FAILED,
    "detail": "no space",
    "hold": HoldCode.SUBMIT_INTERRUPTED,
    "tries": 5,
    "workers": 3,
    "problems": [StoreProblem(StoreCode.UNREADABLE, file=EMPTY_FILE).data],
    "text": "An old sentence.",
}


@pytest.mark.parametrize(("members", "handled", "place"), TABLES, ids=[place for *_, place in TABLES])
def test_every_member_is_handled(members: type, handled: object, place: str) -> None:
    assert {str(member) for member in members} == {str(key) for key in handled}, place


def test_every_status_is_in_one_group_and_in_the_filters_of_the_job_list() -> None:
    grouped = [*Status.active, *Status.finished, *Status.idle]
    assert sorted(grouped) == sorted(Status), "generation/models/jobs.py: JobStatus groups"
    assert set(Status.sent) < set(Status.active)
    listed = {status for _, statuses in jobs.FILTERS.values() for status in statuses}
    assert listed == set(Status), "generation/views/jobs/jobs.py: FILTERS"


@pytest.mark.parametrize("code", EventCode)
def test_every_event_reads_as_a_sentence(code: EventCode) -> None:
    text = event_text(code, PARAMETERS)
    assert text.strip()
    assert ("%(" in text, "…" in text) == (False, False)


@pytest.mark.parametrize("code", HoldCode)
def test_every_hold_code_reads_as_a_sentence_with_what_happened_since(code: HoldCode) -> None:
    text = hold_text(code, PARAMETERS)
    assert text.strip()
    assert ("%(" in text, "…" in text) == (False, False)
    since = {"resubmitted_by": "bob", "resubmitted_as": "Job 5e6f7a8b", "called": True}
    later = hold_text(code, PARAMETERS | since)
    assert later.startswith(text)
    assert ("bob" in later, "Job 5e6f7a8b" in later) == (True, True)


def test_a_row_with_unknown_code_or_missing_parameters_is_still_shown() -> None:
    assert "of_tomorrow" in event_text("of_tomorrow", {})
    assert hold_text("of_tomorrow", {})
    assert event_text(EventCode.NOT_SENT, {})
    assert event_text(EventCode.STORE_RETRY, {"problems": [{"code": "of_tomorrow"}]})
    assert Job(status=Status.HELD, plain_held_reason="By an older host.").held_reason == "By an older host."
    assert JobEvent(plain_text="By an older host.").text == "By an older host."


def test_codes_and_parameters_are_kept_not_sentences() -> None:
    hold = Hold(HoldCode.TASK_TAKEN, {"task": "task_1"})
    assert hold.event == Event(EventCode.HELD, {"hold": "task_taken", "task": "task_1"})
    with override("en"):
        assert event_text(hold.event.code, hold.event.data) == hold_text(hold.code, hold.data)


def test_values_in_text_are_not_interpolated_again() -> None:
    assert "%(by)s" in event_text(EventCode.REFUSED, {"message": "100 % of %(by)s", "by": "alice"})
