"""What can go wrong, named after what the caller may do next.

SkyReelsError
├── NotSent            surely not executed: send again later
├── Refused            surely not executed and never will be as it stands: tell the user
│   └── UnknownTask    a query for a task that the gateway does not know
├── OutcomeUnknown     may have been executed and billed: never send again blindly
│   ├── InProgress     the same idempotency key is being worked on: wait, then send the same key and body
│   └── Indeterminate  the gateway itself does not know: asking again with the key does not help either
├── Paused             nothing will work until a person acts: stop the queue, the job waits
│   ├── KeyRejected
│   └── BalanceExhausted
└── Unavailable        a query went unanswered: ask again later
"""


class SkyReelsError(Exception):
    """Base of all of them; `message` is one or more whole sentences in plain words.

    `status_code` is None when no answer came. `code` and `param` are the gateway's own, often empty. `raw` is
    the start of the answer with keys and signatures blanked. `retry_after` is the pause in seconds that the
    gateway asked for, None when it did not; it matters for NotSent, InProgress and Unavailable.
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
    """Surely not executed and not billed: send again later."""


class Refused(SkyReelsError):
    """Surely not executed and not billed, and the same request will be refused again: tell the user."""


class UnknownTask(Refused):
    """The gateway does not know the task that was asked for."""


class OutcomeUnknown(SkyReelsError):
    """The request may have been executed and billed. Never send it again blindly."""


class InProgress(OutcomeUnknown):
    """The gateway is still working on this idempotency key: wait, then send the same body and key."""


class Indeterminate(OutcomeUnknown):
    """The gateway lost track of this idempotency key: a person has to look at what became of the request."""


class Paused(SkyReelsError):
    """Nothing will be accepted until a person acts. Nothing was executed; the job waits."""


class KeyRejected(Paused):
    """The API key is not valid."""


class BalanceExhausted(Paused):
    """The account has no balance left."""


class Unavailable(SkyReelsError):
    """A query went unanswered. It changed nothing: ask again later."""
