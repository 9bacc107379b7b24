"""Limits on what a client may use before the application sees its request."""

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one listening process; times are in seconds.

    The headers must arrive within `head_seconds`. Body and response may stall for `stall_seconds` and must average
    `bytes_per_second` after that; a body must be complete within `body_seconds`. After an error response, input is
    read for `linger_seconds` and `linger_bytes`, so that the client gets the response instead of a reset connection.
    """

    head_seconds: float = 15
    head_bytes: int = 64 * 1024
    idle_seconds: float = 15
    body_seconds: float = 3600
    stall_seconds: float = 30
    bytes_per_second: int = 1000
    linger_seconds: float = 5
    linger_bytes: int = 4 * MB
    stop_seconds: float = 2.5  # for running requests during shutdown
    connections: int = 1000
    connections_per_address: int = 250
