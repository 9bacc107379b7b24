"""A queue of each worker host's own, beside the one that all hosts share.

The shared queue gives a message to whichever host is free; a sweep belongs to one host, so its messages must reach
that one. A cluster with this broker takes from its own queue first and from the shared one second.
"""

from collections.abc import Iterable

from django.utils import timezone
from django_q.brokers import Broker, get_broker
from django_q.brokers.orm import ORM
from django_q.brokers.redis_broker import Redis
from django_q.conf import Conf
from django_q.models import OrmQ

SHARED = Conf.CLUSTER_NAME
# Messages for a host that is gone are forgotten after so many seconds.
FORGET_AFTER = 600


def of_host(host: str) -> Broker:
    """The broker of a worker host: it enqueues for this host alone, and takes what is for it or for everybody.

    Without a name it is the shared one.
    """
    if not host:
        return get_broker()
    return OwnOrm(own_key(host)) if Conf.ORM else OwnRedis(own_key(host))


def own_key(host: str) -> str:
    """The name of a host's own queue."""
    return f"{SHARED}-{host}"


def forget_all_but(hosts: Iterable[str]) -> None:
    """Delete the messages for hosts that are gone from the queue on the database; Redis forgets them by itself."""
    if Conf.ORM:
        kept = [own_key(host) for host in hosts]
        OrmQ.objects.filter(key__startswith=own_key("")).exclude(key__in=kept).delete()


class OwnRedis(Redis):
    """On Redis: one blocking look at both lists, the host's own first."""

    def enqueue(self, task: str) -> int:
        """Put it into the host's own list, which is forgotten when nobody takes from it for long."""
        with self.connection.pipeline() as together:
            together.rpush(self.list_key, task)
            together.expire(self.list_key, FORGET_AFTER)
            return int(together.execute()[0])

    def dequeue(self) -> list[tuple[None, bytes]] | None:
        """The next message, None after a second without one."""
        found = self.connection.blpop([self.list_key, f"django_q:{SHARED}:q"], 1)
        return [(None, found[1])] if found else None


class OwnOrm(ORM):
    """On the database: the host's own rows first, which the shared broker never looks at."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """The next message; None, after the base class's pause, when there is none."""
        waiting = OrmQ.objects.filter(key=self.list_key, lock__lt=timezone.now())
        return super().dequeue() if waiting.exists() else ORM(SHARED).dequeue()
