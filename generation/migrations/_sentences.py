"""Parse the sentences that versions before codes wrote into event logs and hold reasons.

Frozen together with the migration that uses it: codes are written out here instead of imported.
"""

import re
from typing import Any

Parsed = tuple[str, dict[str, Any]]
NUMBERS = {"delay", "tries", "workers", "status"}

PROBLEMS = [
    ("link_dead", r"The link to the video is dead\."),
    ("link_refused", r"The link to the video is not followed: (?P<detail>.*)\."),
    ("unreadable", r"The provider's file cannot be opened: (?P<detail>.*)"),
    ("download_failed", r"The video could not be fetched \((?P<detail>.*)\)\."),
    ("machine_busy", r"Too many files are being processed on this machine\."),
    ("storage_failed", r"The object storage did not take the video\."),
    ("disk_failed", r"The disk did not take the video \((?P<detail>.*)\)\."),
]
OTHER_PROVIDER = " Its provider is not the one that is configured now."
NO_NEW_LINK = " Asking for a new link failed: "

HOLDS = [
    (
        "submit_interrupted",
        r"A worker stopped while it was submitting\. Whether the provider took the job is not known\.",
    ),
    (
        "crashed_before_submit",
        r"(?P<workers>\d+) workers stopped before they sent this job\. It may be what stops them\. Nothing was sent\.",
    ),
    (
        "crashed_submitting",
        r"(?P<workers>\d+) workers stopped while submitting this job\. It may be what stops them\.",
    ),
    (
        "crashed_storing",
        r"(?P<workers>\d+) workers stopped while storing this video\. It may be what stops them\.",
    ),
    (
        "task_taken",
        r"The provider took it as (?P<task>\S+), which is another job's task here\. "
        r"Whether it renders this one is not known\.",
    ),
    (
        "no_video",
        r"The provider says that it is done, but names no video\. It said so (?P<tries>\d+) times\.",
    ),
    ("task_unknown", r"The provider does not know its task (?P<task>\S+)\. It said so (?P<tries>\d+) times\."),
    ("store_failed", r"(?P<problems>.*) (?P<tries>\d+) tries did not help\."),
    ("earlier_submit_unclear", r"(?P<message>.*) Whether the provider took an earlier try is not known\."),
    ("submit_unclear", r"(?P<message>.*) Whether the provider took the job is not known\."),
    ("submit_unanswered", r"(?P<message>.*) (?P<tries>\d+) tries with the same key brought no answer\."),
]
CALLED = " The provider has called since then: it did take this job, and its task has ended."
RESUBMITTED = re.compile(
    r"(?P<reason>.*\.) (?P<resubmitted_by>\S+) sent it again as (?P<resubmitted_as>Job [0-9a-f]{8})\.", re.DOTALL
)

EVENTS = [
    ("queued", r"Queued by (?P<by>.+), estimated at \$(?P<usd>[\d.]+)\."),
    ("cancelled", r"Cancelled by (?P<by>.+)\. Nothing was sent or charged\."),
    ("priority_high", r"(?P<by>.+) has put it in front of the queue\."),
    ("priority_normal", r"(?P<by>.+) has put it in turn\."),
    ("priority_low", r"(?P<by>.+) has put it behind what is wanted sooner\."),
    ("queue_paused", r"(?P<by>.+) has paused the project's queue: it waits\."),
    ("queue_resumed", r"(?P<by>.+) has resumed the project's queue\."),
    ("abandoned", r"Abandoned by (?P<by>.+): it is still fetched and kept\."),
    ("restored", r"(?P<by>.+) wants it after all\."),
    ("submitting", r"Request frozen, sending it to the provider\."),
    (
        "not_charged",
        r"It was queued without being charged to a budget, so it was not sent\. You were not charged\.",
    ),
    ("not_sent_database", r"Not sent: the database went away right before\. It waits again\."),
    ("submits_paused", r"(?P<message>.*) Submits are paused; this job waits\."),
    ("not_sent", r"Not sent: (?P<message>.*) Next try in (?P<delay>\d+) s\."),
    ("resending", r"(?P<message>.*) Sending the same request with the same key in (?P<delay>\d+) s\."),
    ("accepted_twice", r"The provider also took it as (?P<task>\S+): this may have been paid twice\."),
    ("accepted", r"The provider took it as (?P<task>\S+)\."),
    ("rendered", r"Rendered\. Fetching the video\."),
    ("render_failed", r"The provider could not render it: (?P<message>.*)"),
    (
        "query_failed",
        r"No answer about the render: (?P<message>.*) Asking again in (?P<delay>\d+) s\.",
    ),
    ("no_video", r"The provider says that it is done, but names no video\. Asking again\."),
    ("task_unknown", r"The provider does not know its task (?P<task>\S+)\. Asking again\."),
    (
        "late",
        r"It takes far longer than such renders do\. It is asked about more rarely, and never given up\.",
    ),
    (
        "other_provider",
        r"Its provider is not the one that is configured now, so nobody asks about it\. It is asked about again as "
        r"soon as that provider is configured, with its key\.",
    ),
    (
        "provider_called",
        r"The provider has called since then: it did take this job, and its task has ended\.",
    ),
    (
        "store_retry",
        r"(?P<problems>.*) The render is paid and kept by the provider; trying again in (?P<delay>\d+) s\.",
    ),
    ("new_link", r"(?P<problems>.*) The provider gave a new link\."),
    ("stored", r"The take is stored\."),
    ("task_attached", r"(?P<by>.+) attached the provider's task (?P<task>\S+)\. Asking about it\."),
    (
        "requery_submit",
        r"(?P<by>.+) has it asked again: the same request goes out with the same key\.",
    ),
    ("requeued", r"(?P<by>.+) lets it be sent\."),
    ("download_again", r"(?P<by>.+) has the video fetched again\."),
    ("requery_task", r"(?P<by>.+) has the provider asked about it again\."),
    ("requery_late", r"(?P<by>.+) has the provider asked about it now\."),
    (
        "resubmitted",
        r"(?P<by>.+) sent it again as (?P<job>Job [0-9a-f]{8})\. What this one may have cost stays uncertain\.",
    ),
    (
        "resubmission",
        r"(?P<by>.+) sends (?P<job>Job [0-9a-f]{8}) again as this job, estimated \$(?P<usd>[\d.]+)\. "
        r"The first may be paid for too\.",
    ),
    ("written_off_paid", r"(?P<by>.+) wrote it off as paid for nothing\."),
    ("written_off_unpaid", r"(?P<by>.+) wrote it off as not paid\."),
    ("webhook_sent", r"The program that asked for it was called at (?P<host>\S+)\."),
    (
        "webhook_refused",
        r"The program that asked for it could not be called: (?P<host>\S+) answered (?P<status>\d+)\. "
        r"It can still ask for the task\.",
    ),
    (
        "webhook_unanswered",
        r"The program that asked for it could not be called: (?P<host>\S+) did not answer\. "
        r"It can still ask for the task\.",
    ),
    (
        "webhook_withheld",
        r"The webhook was not called: its user no longer has access to this project\.",
    ),
]
STORED = "The take is stored. "
SIGNED = re.compile(
    r"Content credentials: signed by “(?P<signed_by>[^”]*)”\. "
    r"SHA-256 of the provider's own file: (?P<sha256>[0-9a-f]{64})\."
)
UNSIGNED = re.compile(r"Content credentials: none, (?P<reason>.+)\.", re.DOTALL)
REASONS = [
    ("no_certificate", r"no certificate is configured"),
    ("certificate_damaged", r"the certificate is damaged"),
    ("certificate_unreadable", r"the certificate cannot be read \((?P<detail>.*)\)"),
    ("certificate_expired", r"the certificate (?P<detail>“.*” ended on .*)"),
    ("signing_failed", r"it could not be signed \((?P<detail>.*)\)"),
    ("credentials_unreadable", r"its credentials cannot be read \((?P<detail>.*)\)"),
    ("credentials_invalid", r"its credentials do not hold \((?P<detail>.*)\)"),
    ("media_changed", r"signing would have changed what is played"),
    ("result_unreadable", r"the signed file does not open \((?P<detail>.*)\)"),
]


def parse_event(status: str, text: str) -> Parsed:
    """Return code and data for an entry of the event log; `text` for a sentence that no version wrote."""
    if text.startswith(STORED) and (stored := _parse_stored(text)):
        return stored
    if found := _first(EVENTS, text):
        return found
    if status == "held" and (hold := _first(HOLDS, text)):
        return "held", {"hold": hold[0], **hold[1]}
    if status == "failed":
        return "refused", {"message": text}
    return "text", {"text": text}


def parse_hold(text: str) -> Parsed:
    """Return hold code and data for a hold reason, with what was appended to it since."""
    since: dict[str, Any] = {}
    reason = text.replace(CALLED, "")
    if reason != text:
        since["called"] = True
    if resubmitted := RESUBMITTED.fullmatch(reason):
        reason = resubmitted["reason"]
        since |= {name: resubmitted[name] for name in ("resubmitted_by", "resubmitted_as")}
    code, data = _first(HOLDS, reason) or ("text", {"text": reason})
    return code, data | since


def parse_credentials(text: str) -> dict[str, str]:
    """Return the take's columns that an event text fills; empty if it says nothing about content credentials."""
    if signed := SIGNED.search(text):
        return {"signed_by": signed["signed_by"], "original_sha256": signed["sha256"]}
    if unsigned := UNSIGNED.search(text):
        code, detail = _parse_reason(unsigned["reason"])
        return {"unsigned_reason": code, "unsigned_detail": detail}
    return {}


def _parse_stored(text: str) -> Parsed | None:
    found = parse_credentials(text)
    if "signed_by" in found:
        return "stored_signed", {"signed_by": found["signed_by"], "sha256": found["original_sha256"]}
    if found:
        return "stored_unsigned", {"reason": found["unsigned_reason"], "detail": found["unsigned_detail"]}
    return None


def _parse_reason(reason: str) -> tuple[str, str]:
    found = _first(REASONS, reason)
    return (found[0], found[1].get("detail", "")) if found else ("text", reason)


def _first(patterns: list[tuple[str, str]], text: str) -> Parsed | None:
    for code, pattern in patterns:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            data = {name: int(value) if name in NUMBERS else value for name, value in match.groupdict().items()}
            if "problems" not in data:
                return code, data
            if problems := _parse_problems(data["problems"]):
                return code, data | {"problems": problems}
    return None


def _parse_problems(text: str) -> list[dict[str, str]] | None:
    """Return the problems that the sentences name, None for an unknown one."""
    if text.endswith(OTHER_PROVIDER):
        first = _parse_problems(text.removesuffix(OTHER_PROVIDER))
        return first and [*first, {"code": "other_provider", "detail": ""}]
    head, found, tail = text.partition(NO_NEW_LINK)
    if found:
        first = _parse_problems(head)
        return first and [*first, {"code": "no_new_link", "detail": tail}]
    for code, pattern in PROBLEMS:
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return [{"code": code, "detail": match.groupdict().get("detail") or ""}]
    return None
