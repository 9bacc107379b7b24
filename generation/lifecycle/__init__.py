"""The only writer of `Job.status`.

    DRAFT -> QUEUED -> SUBMITTING -> RUNNING -> STORING -> SUCCEEDED
                |  ^______|  |          |          |
                v  not sent  v          v          v
            CANCELLED       HELD     FAILED,    HELD: it has been paid for
                                      HELD
    HELD -> QUEUED, SUBMITTING, RUNNING, STORING or FAILED, as a user decides (`held.resolve`)

Each step claims the row, does its slow work outside any transaction, and commits fenced by its lease. Lost, repeated
and late queue messages do no harm: `sweep` finds jobs that are due. This package names its tasks by dotted
string and never imports them.
"""

from generation.lifecycle.errors import CannotQueue, MayNotMake, NotPossible, OverLimit, TooManyJobs
from generation.lifecycle.poll.balance import check_balance
from generation.lifecycle.poll.provider_webhook import handle_provider_webhook
from generation.lifecycle.poll.sweep import sweep
from generation.lifecycle.queue.batches import cancel_batch, check_batch, create_batch
from generation.lifecycle.queue.controls import abandon, pause_project, prioritise, restore, resume_project
from generation.lifecycle.queue.creation import cancel, create, create_from, retry
from generation.lifecycle.queue.drafts import rewrite_drafts, save_draft
from generation.lifecycle.queue.eta import estimate_etas
from generation.lifecycle.queue.pause import gateway_pause, pause_gateway, resume_gateway
from generation.lifecycle.spending.checks import find_refusal
from generation.lifecycle.store.results import store_job
from generation.lifecycle.submit.submission import submit_job, submit_next
from generation.lifecycle.webhooks.client_webhooks import send_webhooks

__all__ = [
    "CannotQueue",
    "MayNotMake",
    "NotPossible",
    "OverLimit",
    "TooManyJobs",
    "abandon",
    "cancel",
    "cancel_batch",
    "check_balance",
    "check_batch",
    "create",
    "create_batch",
    "create_from",
    "estimate_etas",
    "find_refusal",
    "gateway_pause",
    "handle_provider_webhook",
    "pause_gateway",
    "pause_project",
    "prioritise",
    "restore",
    "resume_gateway",
    "resume_project",
    "retry",
    "rewrite_drafts",
    "save_draft",
    "send_webhooks",
    "store_job",
    "submit_job",
    "submit_next",
    "sweep",
]
