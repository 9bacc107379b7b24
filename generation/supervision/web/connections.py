"""The open connections of a process, and which of them to close when there are too many.

If new connections were refused, a few hundred idle sockets could lock out all other clients. Instead, the
longest-waiting connection of the client with the most connections is closed.
"""

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

V6_HOST_BITS = 64  # the size usually assigned to one customer


class Connection(Protocol):
    """A client's connection: `waits` is None while the application handles a request, else the kind of wait (the lowest
    is closed first) and its start time."""

    @property
    def address(self) -> str: ...
    @property
    def waits(self) -> tuple[int, float] | None: ...
    def shed(self) -> None: ...


class ConnectionTable:
    """At most `total` connections, and at most `per_address` from one client."""

    def __init__(self, total: int, per_address: int) -> None:
        self._total = total
        self._per_address = per_address
        self._by_address: defaultdict[str, set[Connection]] = defaultdict(set)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def admit(self, connection: Connection) -> bool:
        """Add a connection, closing another one if necessary; return False if all of them are being served."""
        own = self._by_address.get(network_of(connection.address), set())
        if len(own) >= self._per_address and not self._shed_one(own):
            return False
        if self._count >= self._total and not self._shed_any():
            return False
        self._by_address[network_of(connection.address)].add(connection)
        self._count += 1
        return True

    def discard(self, connection: Connection) -> None:
        """Remove a connection, if it is in the table."""
        network = network_of(connection.address)
        own = self._by_address.get(network, set())
        if connection in own:
            own.remove(connection)
            self._count -= 1
        if not own:
            self._by_address.pop(network, None)

    def _shed_any(self) -> bool:
        """Close a waiting connection, preferably of the client with the most; return whether there was one."""
        groups = sorted(self._by_address.values(), key=len, reverse=True)
        return any(self._shed_one(group) for group in groups)

    def _shed_one(self, group: Iterable[Connection]) -> bool:
        waiting = [(waits, each) for each in group if (waits := each.waits) is not None]
        if not waiting:
            return False
        _, victim = min(waiting, key=lambda pair: pair[0])
        self.discard(victim)
        victim.shed()
        return True


def network_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a Unix socket has no IP address
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> V6_HOST_BITS:x}::/64"
