"""The open connections of a process, and which of them gives way when there are too many.

Refusing the newest would let a few hundred silent sockets lock everybody out. So room is made by closing the connection
that has kept the server waiting longest, of the address that has the most of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address
from typing import Protocol

V6_HOST_BITS = 64  # what one customer of a provider is usually given


class Connection(Protocol):
    """One client's connection: `waits` is None while the application works for it, else what kind of wait it is (the
    lowest gives way first) and since when."""

    @property
    def address(self) -> str: ...
    @property
    def waits(self) -> tuple[int, float] | None: ...
    def shed(self) -> None: ...


class ConnectionTable:
    """At most `total` connections, and of one address at most `per_address`."""

    def __init__(self, total: int, per_address: int) -> None:
        self._total = total
        self._per_address = per_address
        self._by_address: defaultdict[str, set[Connection]] = defaultdict(set)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def admit(self, connection: Connection) -> bool:
        """Add a connection, closing another one if need be; False when the application works for all of them."""
        own = self._by_address.get(network_of(connection.address), set())
        if len(own) >= self._per_address and not self._shed_one(own):
            return False
        if self._count >= self._total and not self._shed_any():
            return False
        self._by_address[network_of(connection.address)].add(connection)
        self._count += 1
        return True

    def discard(self, connection: Connection) -> None:
        """Forget a connection; one that is not in the table is no error."""
        network = network_of(connection.address)
        own = self._by_address.get(network, set())
        if connection in own:
            own.remove(connection)
            self._count -= 1
        if not own:
            self._by_address.pop(network, None)

    def _shed_any(self) -> bool:
        """From the address with the most connections on."""
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
    """What counts as one client: an IPv4 address, or the /64 network of an IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a socket file has no address
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> V6_HOST_BITS:x}::/64"
