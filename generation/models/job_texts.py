"""Texts of job events, hold reasons and storage problems, made from codes and parameters in the reader's language."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generation.models.job_codes import EventCode, HoldCode, StoreCode, UnsignedCode
from library.probe import UnreadableMedia
from library.refusal_text import refusal_text

Text = str | Promise
MISSING = "…"

EVENTS: dict[str, Text] = {
    EventCode.QUEUED: _("%(by)s queued the job, estimated at %(usd)s."),
    EventCode.CANCELLED: _("%(by)s cancelled the job. Nothing was sent or charged."),
    EventCode.PRIORITY_LOW: _("%(by)s set the priority to low."),
    EventCode.PRIORITY_NORMAL: _("%(by)s set the priority to normal."),
    EventCode.PRIORITY_HIGH: _("%(by)s set the priority to high."),
    EventCode.QUEUE_PAUSED: _("%(by)s paused the project's queue. The job waits."),
    EventCode.QUEUE_RESUMED: _("%(by)s resumed the project's queue."),
    EventCode.SUBMITTING: _("Sending the request to the provider."),
    EventCode.NOT_CHARGED: _(
        "Not sent, because the job was queued without being charged to a budget. You were not charged."
    ),
    EventCode.INVALID_REQUEST: "%(message)s",
    EventCode.NOT_SENT_DATABASE: _(
        "Not sent, because the database was unavailable. The job is queued again."
    ),
    EventCode.NOT_SENT: _("Not sent: %(message)s Retrying in %(delay)s s."),
    EventCode.SUBMITS_PAUSED: _("%(message)s Submissions are paused; the job waits."),
    EventCode.RESENDING: _("%(message)s Sending the same request with the same key in %(delay)s s."),
    EventCode.REFUSED: "%(message)s",
    EventCode.ACCEPTED: _("The provider accepted the job as task %(task)s."),
    EventCode.ACCEPTED_TWICE: _(
        "The provider also accepted the job as task %(task)s. It may have been paid for twice."
    ),
    EventCode.QUERY_FAILED: _("Could not get the render's status: %(message)s Retrying in %(delay)s s."),
    EventCode.TASK_UNKNOWN: _("The provider does not know its own task %(task)s. Retrying."),
    EventCode.NO_VIDEO: _("The provider reports the render as done but gives no video. Retrying."),
    EventCode.LATE: _(
        "The render takes far longer than usual. It is checked less often from now on, but never given up."
    ),
    EventCode.OTHER_PROVIDER: _(
        "The job was sent to a provider that is no longer configured, so its status cannot be checked. "
        "Checks resume when that provider and its key are configured again."
    ),
    EventCode.RENDER_FAILED: _("The provider could not render the video: %(message)s"),
    EventCode.RENDERED: _("Rendered. Downloading the video."),
    EventCode.PROVIDER_CALLED: _("The provider called the job's webhook, so it did accept the job."),
    EventCode.STORE_RETRY: _(
        "%(problems)s The render is paid for and kept by the provider. Retrying in %(delay)s s."
    ),
    EventCode.NEW_LINK: _("%(problems)s The provider gave a new link."),
    EventCode.STORED: _("The take was stored."),
    EventCode.STORED_SIGNED: _(
        "The take was stored. Content credentials signed by “%(signed_by)s”. "
        "SHA-256 of the provider's file: %(sha256)s."
    ),
    EventCode.STORED_UNSIGNED: _("The take was stored without content credentials: %(unsigned)s."),
    EventCode.HELD: "%(hold_reason)s",
    EventCode.TASK_ATTACHED: _("%(by)s attached the provider's task %(task)s. Checking its status."),
    EventCode.REQUERY_SUBMIT: _("%(by)s asked to send the same request with the same key again."),
    EventCode.REQUERY_TASK: _("%(by)s asked to check the render's status again."),
    EventCode.REQUERY_LATE: _("%(by)s asked to check the render's status now."),
    EventCode.REQUEUED: _("%(by)s queued the job again."),
    EventCode.DOWNLOAD_AGAIN: _("%(by)s asked to download the video again."),
    EventCode.RESUBMITTED: _(
        "%(by)s resubmitted the request as %(job)s. The cost of this job stays uncertain."
    ),
    EventCode.RESUBMISSION: _(
        "%(by)s created this job to resubmit %(job)s, estimated at %(usd)s. Both may have to be paid for."
    ),
    EventCode.WRITTEN_OFF_PAID: _("%(by)s wrote the job off as paid."),
    EventCode.WRITTEN_OFF_UNPAID: _("%(by)s wrote the job off as not paid."),
    EventCode.ABANDONED: _("%(by)s abandoned the job. Its take is still downloaded and kept."),
    EventCode.RESTORED: _("%(by)s restored the job."),
    EventCode.WEBHOOK_SENT: _("The API client's webhook at %(host)s was called."),
    EventCode.WEBHOOK_REFUSED: _(
        "The API client's webhook failed: %(host)s responded with status %(status)s. "
        "The client can still query the task."
    ),
    EventCode.WEBHOOK_UNANSWERED: _(
        "The API client's webhook failed: %(host)s did not respond. The client can still query the task."
    ),
    EventCode.WEBHOOK_WITHHELD: _(
        "The webhook was not called, because its user no longer has access to this project."
    ),
    EventCode.TEXT: "%(text)s",
}

HOLDS: dict[str, Text] = {
    HoldCode.SUBMIT_INTERRUPTED: _(
        "A worker stopped while submitting the job. It is not known whether the provider accepted it."
    ),
    HoldCode.SUBMIT_UNCLEAR: _("%(message)s It is not known whether the provider accepted the job."),
    HoldCode.EARLIER_SUBMIT_UNCLEAR: _(
        "%(message)s It is not known whether the provider accepted an earlier attempt."
    ),
    HoldCode.SUBMIT_UNANSWERED: _(
        "%(message)s There was no response to %(tries)s attempts with the same key."
    ),
    HoldCode.TASK_TAKEN: _(
        "The provider accepted the job as task %(task)s, which belongs to another job here. "
        "It is not known which of the two it renders."
    ),
    HoldCode.CRASHED_BEFORE_SUBMIT: _(
        "%(workers)s workers stopped before they sent this job, which may be the cause. Nothing was sent."
    ),
    HoldCode.CRASHED_SUBMITTING: _(
        "%(workers)s workers stopped while submitting this job, which may be the cause."
    ),
    HoldCode.CRASHED_STORING: _(
        "%(workers)s workers stopped while storing this video, which may be the cause."
    ),
    HoldCode.TASK_UNKNOWN: _(
        "The provider reported %(tries)s times that it does not know its own task %(task)s."
    ),
    HoldCode.NO_VIDEO: _("The provider reported %(tries)s times that the render is done, but gave no video."),
    HoldCode.STORE_FAILED: _("%(problems)s %(tries)s attempts failed."),
    HoldCode.TEXT: "%(text)s",
}
RESUBMITTED = _("%(resubmitted_by)s resubmitted it as %(resubmitted_as)s.")
CALLED = _("The provider has since called the job's webhook: it did accept the job, and its task has ended.")
UNKNOWN_HOLD = _("No reason was recorded.")
UNKNOWN_EVENT = _("An event of a newer version: %(code)s.")

PROBLEMS: dict[str, Text] = {
    StoreCode.LINK_DEAD: _("The link to the video has expired."),
    StoreCode.LINK_REFUSED: _("The link to the video was not followed: %(detail)s."),
    StoreCode.DOWNLOAD_FAILED: _("The video could not be downloaded (%(detail)s)."),
    StoreCode.UNREADABLE: _("The provider's file cannot be opened: %(detail)s"),
    StoreCode.MACHINE_BUSY: _("Too many files are being processed on this machine."),
    StoreCode.STORAGE_FAILED: _("The object storage did not accept the video."),
    StoreCode.DISK_FAILED: _("The video could not be written to disk (%(detail)s)."),
    StoreCode.OTHER_PROVIDER: _("The provider that rendered it is no longer configured."),
    StoreCode.NO_NEW_LINK: _("Requesting a new link failed: %(detail)s"),
}

# Clauses that follow "The take has no content credentials: ".
UNSIGNED: dict[str, Text] = {
    UnsignedCode.NO_CERTIFICATE: _("no certificate is configured"),
    UnsignedCode.CERTIFICATE_UNREADABLE: _("the certificate cannot be read (%(detail)s)"),
    UnsignedCode.CERTIFICATE_DAMAGED: _("the certificate is damaged"),
    UnsignedCode.CERTIFICATE_EXPIRED: _("the certificate has expired (%(detail)s)"),
    UnsignedCode.SIGNING_FAILED: _("the file could not be signed (%(detail)s)"),
    UnsignedCode.MEDIA_CHANGED: _("signing would have changed the video"),
    UnsignedCode.RESULT_UNREADABLE: _("the signed file cannot be opened (%(detail)s)"),
    UnsignedCode.CREDENTIALS_UNREADABLE: _("the credentials cannot be read (%(detail)s)"),
    UnsignedCode.CREDENTIALS_INVALID: _("the credentials are not valid (%(detail)s)"),
    UnsignedCode.TEXT: "%(detail)s",
}


class _Parameters(dict[str, Any]):
    """Parameters of a text; a row that lacks one is still shown."""

    def __missing__(self, name: str) -> str:
        return MISSING


def event_text(code: str, data: Mapping[str, Any]) -> str:
    """Return the sentence for an entry of the event log, in the active language."""
    text = EVENTS.get(code)
    return str(UNKNOWN_EVENT) % {"code": code} if text is None else str(text) % _shown(data)


def hold_text(code: str, data: Mapping[str, Any]) -> str:
    """Return why a job is held, with what has happened since, in the active language."""
    texts = [HOLDS.get(code, UNKNOWN_HOLD)]
    if data.get("resubmitted_as"):
        texts.append(RESUBMITTED)
    if data.get("called"):
        texts.append(CALLED)
    shown = _shown(data)
    return " ".join(str(text) % shown for text in texts)


def problems_text(problems: Iterable[Mapping[str, Any]]) -> str:
    """Return one sentence for each reason why a video could not be stored, in the active language."""
    return " ".join(map(_problem_text, problems))


def _problem_text(problem: Mapping[str, Any]) -> str:
    shown = _Parameters(problem)
    if "file" in problem:
        with suppress(ValueError, KeyError):  # a refusal of a newer version
            shown["detail"] = refusal_text(UnreadableMedia.from_json(**problem["file"]))
    return str(PROBLEMS.get(problem.get("code", ""), "%(code)s")) % shown


def unsigned_text(code: str, detail: str) -> str:
    """Return why a take has no content credentials, as a clause in the active language."""
    return str(UNSIGNED.get(code, code)) % {"detail": detail}


def _shown(data: Mapping[str, Any]) -> _Parameters:
    """Return the parameters as they are shown: nested codes as sentences, amounts with their currency."""
    shown = _Parameters(data)
    if "usd" in data:
        shown["usd"] = _usd(str(data["usd"]))
    if "problems" in data:
        shown["problems"] = problems_text(data["problems"])
    if "hold" in data:
        shown["hold_reason"] = hold_text(data["hold"], {name: data[name] for name in data if name != "hold"})
    if "reason" in data:
        shown["unsigned"] = unsigned_text(data["reason"], data.get("detail", ""))
    return shown


def _usd(amount: str) -> str:
    try:
        return f"${number_format(Decimal(amount), 2)}"
    except InvalidOperation:
        return f"${amount}"
