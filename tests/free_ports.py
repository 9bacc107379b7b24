"""Ports for servers that a test starts a while after it has chosen where."""

import secrets
import socket

# Below those that the system gives to whoever asks for any: a port of theirs is soon somebody else's again.
LOWEST, HIGHEST = 10_000, 32_000


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
