"""Errors, named after what the caller may do next.

SkyReelsError
├── NotSent            certainly not executed: send again later
├── Refused            certainly not executed, and the same request never will be: show the user
│   └── UnknownTask    a query for a task that the gateway does not know
├── OutcomeUnknown     may have been executed and billed: never send again blindly
│   ├── InProgress     the idempotency key is being processed: wait, then send the same key and body
│   └── Indeterminate  the gateway itself does not know: sending the key again does not help
├── Paused             nothing will work until an operator acts: pause the queue, the job waits
│   ├── KeyRejected
│   └── BalanceExhausted
└── Unavailable        a query got no response: query again later
"""


class SkyReelsError(Exception):
    """Base of all of them; `message` is one or more English sentences.

    `status_code` is None when there was no response. `code` and `param` are the gateway's own, often empty. `raw` is
    the start of the response with keys and signatures removed. `retry_after` is the delay in seconds that the
    gateway requested, None when it did not; it matters for NotSent, InProgress and Unavailable.
    """

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        code: str = "",
        param: str | None = None,
        raw: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status_code = status_code
        self.code = code
        self.param = param
        self.raw = raw
        self.retry_after = retry_after


class NotSent(SkyReelsError):
    """Certainly not executed and not billed: send again later."""


class Refused(SkyReelsError):
    """Certainly not executed and not billed, and the same request will be refused again: show the user."""


class UnknownTask(Refused):
    """The gateway does not know the requested task."""


class OutcomeUnknown(SkyReelsError):
    """The request may have been executed and billed. Never send it again blindly."""


class InProgress(OutcomeUnknown):
    """The gateway is still processing this idempotency key: wait, then send the same body and key."""


class Indeterminate(OutcomeUnknown):
    """The gateway lost track of this idempotency key: a user must find out the outcome of the request."""


class Paused(SkyReelsError):
    """Nothing will be accepted until an operator acts. Nothing was executed; the job waits."""


class KeyRejected(Paused):
    """The API key is not valid."""


class BalanceExhausted(Paused):
    """The account has no balance left."""


class Unavailable(SkyReelsError):
    """A query got no response. It changed nothing: query again later."""
