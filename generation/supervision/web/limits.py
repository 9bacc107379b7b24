"""What a client may cost the server before the application sees its request."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of one listening process; times are seconds.

    A request's head has to arrive within `head_seconds`. Body and response may pause for `stall_seconds` and have to
    make `bytes_per_second` on average beyond that; a body has to be complete after `body_seconds`. A refused client
    is listened to for `linger_seconds` and `linger_bytes`, so that it reads the refusal instead of a reset connection.
    """

    head_seconds: float = 15
    head_bytes: int = 64 * 1024
    idle_seconds: float = 15
    body_seconds: float = 3600
    stall_seconds: float = 30
    bytes_per_second: int = 1000
    linger_seconds: float = 5
    linger_bytes: int = 4 * MB
    stop_seconds: float = 2.5  # for what is under way when the process is asked to end
    connections: int = 1000
    connections_per_address: int = 250
