"""The only writer of `Job.status`.

    DRAFT -> QUEUED -> SUBMITTING -> RUNNING -> STORING -> SUCCEEDED
                |  ^______|  |          |          |
                v  not sent  v          v          v
            CANCELLED       HELD     FAILED,    HELD: it is paid for
                                      HELD
    HELD -> SUBMITTING, RUNNING, STORING or FAILED, as a person decides (`resolving`)

Each step claims the row, does its slow work outside any transaction, and commits fenced by its lease. Whatever the
queue loses, doubles or delays does no harm: `sweep` finds what is due. This package names its tasks by dotted
string and never imports them.
"""

from generation.lifecycle.balance import ask_balance
from generation.lifecycle.batches import cancel_batch, check_batch, create_batch
from generation.lifecycle.callbacks import call_back
from generation.lifecycle.calls import called_back
from generation.lifecycle.creation import cancel, create, create_from, retry
from generation.lifecycle.drafts import rewrite_drafts, save_draft
from generation.lifecycle.outlooks import outlooks
from generation.lifecycle.pace import pause, resume_gateway
from generation.lifecycle.polling import sweep
from generation.lifecycle.refusals import CannotQueue, MayNotMake, NotPossible, OverLimit, TooManyJobs
from generation.lifecycle.spending import find_refusal
from generation.lifecycle.steering import abandon, pause_project, prioritise, reclaim, resume_project
from generation.lifecycle.storing import store_job
from generation.lifecycle.submission import submit_job, submit_next

__all__ = [
    "CannotQueue",
    "MayNotMake",
    "NotPossible",
    "OverLimit",
    "TooManyJobs",
    "abandon",
    "ask_balance",
    "call_back",
    "called_back",
    "cancel",
    "cancel_batch",
    "check_batch",
    "create",
    "create_batch",
    "create_from",
    "find_refusal",
    "outlooks",
    "pause",
    "pause_project",
    "prioritise",
    "reclaim",
    "resume_gateway",
    "resume_project",
    "retry",
    "rewrite_drafts",
    "save_draft",
    "store_job",
    "submit_job",
    "submit_next",
    "sweep",
]
