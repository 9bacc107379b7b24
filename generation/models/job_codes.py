"""Codes for what happens to a job: its events, why it is held, and why its video could not be stored.

A row keeps a code and its parameters (`data`); `job_texts` turns both into a sentence when it is shown. A member that
has no text there fails `tests/generation/lifecycle/test_codes.py`. Values are in the database: never change one.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class EventCode(StrEnum):
    """Entries of a job's event log. The comments name the parameters in `data`."""

    QUEUED = "queued"  # by, usd
    CANCELLED = "cancelled"  # by
    PRIORITY_LOW = "priority_low"  # by
    PRIORITY_NORMAL = "priority_normal"  # by
    PRIORITY_HIGH = "priority_high"  # by
    QUEUE_PAUSED = "queue_paused"  # by
    QUEUE_RESUMED = "queue_resumed"  # by

    SUBMITTING = "submitting"
    NOT_CHARGED = "not_charged"
    INVALID_REQUEST = "invalid_request"  # message
    NOT_SENT_DATABASE = "not_sent_database"
    NOT_SENT = "not_sent"  # message, delay
    SUBMITS_PAUSED = "submits_paused"  # message
    RESENDING = "resending"  # message, delay
    REFUSED = "refused"  # message
    ACCEPTED = "accepted"  # task
    ACCEPTED_TWICE = "accepted_twice"  # task

    QUERY_FAILED = "query_failed"  # message, delay
    TASK_UNKNOWN = "task_unknown"  # task
    NO_VIDEO = "no_video"
    LATE = "late"
    OTHER_PROVIDER = "other_provider"
    RENDER_FAILED = "render_failed"  # message
    RENDERED = "rendered"
    PROVIDER_CALLED = "provider_called"

    STORE_RETRY = "store_retry"  # problems, delay
    NEW_LINK = "new_link"  # problems
    STORED = "stored"
    STORED_SIGNED = "stored_signed"  # signed_by, sha256
    STORED_UNSIGNED = "stored_unsigned"  # reason, detail

    HELD = "held"  # hold, and the parameters of that HoldCode
    TASK_ATTACHED = "task_attached"  # by, task
    REQUERY_SUBMIT = "requery_submit"  # by
    REQUERY_TASK = "requery_task"  # by
    REQUERY_LATE = "requery_late"  # by
    REQUEUED = "requeued"  # by
    DOWNLOAD_AGAIN = "download_again"  # by
    RESUBMITTED = "resubmitted"  # by, job
    RESUBMISSION = "resubmission"  # by, job, usd
    WRITTEN_OFF_PAID = "written_off_paid"  # by
    WRITTEN_OFF_UNPAID = "written_off_unpaid"  # by
    ABANDONED = "abandoned"  # by
    RESTORED = "restored"  # by

    WEBHOOK_SENT = "webhook_sent"  # host
    WEBHOOK_REFUSED = "webhook_refused"  # host, status
    WEBHOOK_UNANSWERED = "webhook_unanswered"  # host
    WEBHOOK_WITHHELD = "webhook_withheld"

    TEXT = "text"  # text: a sentence of an earlier version


class HoldCode(StrEnum):
    """Why a user has to decide about a job.

    Any of them may also have `resubmitted_by` and `resubmitted_as` (the second job), and `called`, which is true once
    the provider has called a webhook of the held job.
    """

    SUBMIT_INTERRUPTED = "submit_interrupted"
    SUBMIT_UNCLEAR = "submit_unclear"  # message
    EARLIER_SUBMIT_UNCLEAR = "earlier_submit_unclear"  # message
    SUBMIT_UNANSWERED = "submit_unanswered"  # message, tries
    TASK_TAKEN = "task_taken"  # task
    CRASHED_BEFORE_SUBMIT = "crashed_before_submit"  # workers
    CRASHED_SUBMITTING = "crashed_submitting"  # workers
    CRASHED_STORING = "crashed_storing"  # workers
    TASK_UNKNOWN = "task_unknown"  # task, tries
    NO_VIDEO = "no_video"  # tries
    STORE_FAILED = "store_failed"  # problems, tries
    TEXT = "text"  # text: a sentence of an earlier version


class StoreCode(StrEnum):
    """Why a rendered video could not be stored. `problems` is a list of these with an optional detail each."""

    LINK_DEAD = "link_dead"
    LINK_REFUSED = "link_refused"  # detail: why the URL is not followed
    DOWNLOAD_FAILED = "download_failed"  # detail: the kind of error
    UNREADABLE = "unreadable"  # file: the refusal of `library.probe`
    MACHINE_BUSY = "machine_busy"
    STORAGE_FAILED = "storage_failed"
    DISK_FAILED = "disk_failed"  # detail: the system's message
    OTHER_PROVIDER = "other_provider"
    NO_NEW_LINK = "no_new_link"  # detail: the provider's message


class UnsignedCode(StrEnum):
    """Why a take has no content credentials; each may have a detail."""

    NO_CERTIFICATE = "no_certificate"
    CERTIFICATE_UNREADABLE = "certificate_unreadable"  # detail: the system's message
    CERTIFICATE_DAMAGED = "certificate_damaged"
    CERTIFICATE_EXPIRED = "certificate_expired"  # detail: its name and last day
    SIGNING_FAILED = "signing_failed"  # detail: the library's message
    MEDIA_CHANGED = "media_changed"
    RESULT_UNREADABLE = "result_unreadable"  # detail: what is wrong with the file
    CREDENTIALS_UNREADABLE = "credentials_unreadable"  # detail: the library's message
    CREDENTIALS_INVALID = "credentials_invalid"  # detail: C2PA's codes
    TEXT = "text"  # detail: a clause of an earlier version


@dataclass(frozen=True)
class Event:
    """An entry for a job's event log."""

    code: EventCode
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hold:
    """Why a job is about to be held."""

    code: HoldCode
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def event(self) -> Event:
        """Return the entry that records this in the event log."""
        return Event(EventCode.HELD, {"hold": self.code.value, **self.data})


@dataclass(frozen=True)
class StoreProblem:
    """One reason why a video could not be stored."""

    code: StoreCode
    detail: str = ""
    file: dict[str, Any] | None = None

    @property
    def data(self) -> dict[str, Any]:
        beside = {} if self.file is None else {"file": self.file}
        return {"code": self.code.value, "detail": self.detail, **beside}
