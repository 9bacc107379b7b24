"""A separate queue for each worker host, in addition to the queue that all hosts share.

The shared queue delivers a message to whichever host is free; a sweep belongs to one host, so its messages must reach
that one. A cluster with this broker reads its own queue first and the shared one second.
"""

from collections.abc import Iterable

from django.utils import timezone
from django_q.brokers import Broker, get_broker
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.conf import Conf
from django_q.models import OrmQ

SHARED = Conf.CLUSTER_NAME
# Seconds after which messages for a host that no longer exists expire.
FORGET_AFTER = 600


def of_host(host: str) -> Broker:
    """Return the broker of a worker host. It enqueues for this host only, and reads the host's and the shared queue.

    Without a name, return the shared broker.
    """
    if not host:
        return get_broker()
    return OwnOrm(own_key(host)) if Conf.ORM else OwnRedis(own_key(host))


def own_key(host: str) -> str:
    """Return the name of a host's own queue."""
    return f"{SHARED}-{host}"


def forget_all_but(hosts: Iterable[str]) -> None:
    """Delete the messages for all other hosts from the queue in the database; in Redis they expire."""
    if Conf.ORM:
        kept = [own_key(host) for host in hosts]
        OrmQ.objects.filter(key__startswith=own_key("")).exclude(key__in=kept).delete()


class OwnRedis(Redis):
    """A host's queue in Redis: one blocking read of both lists, the host's own first."""

    def enqueue(self, task: str) -> int:
        """Append the message to the host's list, which expires `FORGET_AFTER` seconds after the last message."""
        with self.connection.pipeline() as together:
            together.rpush(self.list_key, task)
            together.expire(self.list_key, FORGET_AFTER)
            return int(together.execute()[0])

    def dequeue(self) -> list[tuple[None, bytes]] | None:
        """Return the next message, or None after a second without one."""
        found = self.connection.blpop([self.list_key, f"django_q:{SHARED}:q"], 1)
        return [(None, found[1])] if found else None


class OwnOrm(ORM):
    """A host's queue in the database: the host's own rows first, which the shared broker never reads."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """Return the next message; if there is none, pause as the base class does and return None."""
        waiting = OrmQ.objects.filter(key=self.list_key, lock__lt=timezone.now())
        return super().dequeue() if waiting.exists() else ORM(SHARED).dequeue()
