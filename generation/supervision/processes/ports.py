"""The ports of the local services, recorded in `var/embedded.json`, and the lock on `var/`."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from errno import EADDRINUSE
from ipaddress import ip_address
from pathlib import Path

EVERY_INTERFACE = {"", "0.0.0.0", "::"}  # noqa: S104  # the values that mean all interfaces
NEIGHBOURS = 200  # number of ports to try, from the default one upwards


class CannotStart(Exception):
    """Backlot cannot start; the message gives the reason and the remedy in one line."""


def plain(host: str) -> str:
    """Normalize a host as in the settings: without blanks and brackets, an IP address in its shortest form."""
    bare = host.strip().removeprefix("[").removesuffix("]")
    with suppress(ValueError):
        return str(ip_address(bare))
    return bare


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket for the web. Raise CannotStart if the port is taken or the host is not local."""
    try:
        family, *_, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # `::` means every interface, including IPv4.
        return socket.create_server(
            address[:2],
            family=family,
            backlog=1024,
            dualstack_ipv6=host == "::" and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise CannotStart(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == EADDRINUSE:
        return f"port {port} of {host} is taken: end what uses it, or choose another with --port"
    # Name resolution errors have separate, negative numbers.
    reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
    return f"cannot serve on {host}, port {port}: {reason}"


@contextmanager
def held(hosts: Sequence[str], port: int) -> Iterator[list[socket.socket]]:
    """Return listening sockets for all hosts on the port if it is free on each of them, else on the next free one.

    The sockets listen at once: if a port were only checked first, another installation that starts at the same moment
    could find it free too. Raise CannotStart.
    """
    with ExitStack() as opened:
        yield [opened.enter_context(listener) for listener in _first_free(hosts, port)]


def _first_free(hosts: Sequence[str], port: int) -> list[socket.socket]:
    candidates = range(port, min(port + NEIGHBOURS, 65536))
    for each in candidates:
        if (listeners := _on_all(hosts, each)) is not None:
            return listeners
    raise CannotStart(f"no free port from {port} to {candidates[-1]} on {' and '.join(hosts)}")


def _on_all(hosts: Sequence[str], port: int) -> list[socket.socket] | None:
    listeners: list[socket.socket] = []
    try:
        for host in hosts:
            listeners.append(listen(host, port))
    except CannotStart:
        for listener in listeners:
            listener.close()
        return None
    return listeners


def number_of(listeners: Sequence[socket.socket]) -> int:
    """Return the port that they listen on."""
    return int(listeners[0].getsockname()[1])


def storage_hosts(web_host: str) -> list[str]:
    """Return the hosts on which the local S3 server listens.

    Browsers fetch media from it, so it must be reachable wherever the web is; Backlot itself always uses 127.0.0.1.
    """
    if web_host in EVERY_INTERFACE:
        return [web_host]
    return ["127.0.0.1"] if web_host in {"127.0.0.1", "localhost"} else ["127.0.0.1", web_host]


def agree(var: Path, **ports: int) -> None:
    """Write the ports to `embedded.json` atomically, unless it already contains them."""
    path = var / "embedded.json"
    agreed = json.loads(path.read_text(encoding="utf-8"))
    if agreed | ports == agreed:
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(agreed | ports, indent=2), encoding="utf-8")
    draft.replace(path)


@contextmanager
def only_one(var: Path) -> Iterator[None]:
    """Lock `var` for this process without writing to it. Raise CannotStart if another process holds the lock."""
    handle = os.open(var, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise CannotStart(
            f"another `manage.py up` already runs on {var}: stop it, or set BACKLOT_VAR"
        ) from error
    finally:
        os.close(handle)
