"""`manage.py worker`: run one django-q2 cluster, and check every second that it makes progress.

A cluster can hang forever while its own status looks healthy, so only the heartbeat of this host's sweep counts. When
it is stale, a sweep is triggered; if that has no effect, the cluster is killed and started again.
"""

import asyncio
import contextlib
import logging
import secrets
import signal
import sys
import threading
import time
from dataclasses import replace

from django.conf import settings
from django.db import connections
from django_q.cluster import Cluster

from generation import host_queue, provenance
from generation.supervision.health import checks, schema_check
from generation.supervision.processes import die_with_parent, process_specs
from generation.supervision.processes.heartbeat_monitor import Patience, Pulse
from generation.supervision.processes.prepare import need
from generation.supervision.processes.restarting_process import Keeper
from library import storage

BETWEEN_TRIES = 60.0  # seconds

log = logging.getLogger("backlot.worker")


def run_cluster() -> None:
    """Run the processes of the queue. Each is killed when its parent ends, so that none is left behind."""
    need(checks.database_ok())
    need(schema_check.schema_ok())
    need(checks.queue_ok())
    if missing := provenance.problem():
        log.warning(missing)
    connections.close_all()
    die_with_parent.tie_every_fork()
    # Like `qcluster`, but with a broker that also reads this host's own queue.
    Cluster(host_queue.of_host(settings.WORKER_ID)).start()


def create_bucket() -> None:
    """Create a missing bucket as soon as the storage responds.

    A worker starts even if the storage is unavailable, since active jobs still have to be polled.
    """
    while True:
        try:
            return storage.ensure_bucket()
        except storage.StorageFailed as error:
            log.warning("%s; %s", error, checks.storage_remedy())
        time.sleep(BETWEEN_TRIES)


async def supervise(patience: Patience) -> None:
    """Keep one cluster running until SIGTERM or Ctrl-C, then stop it within its grace period."""
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, asked.set)
    worker_id = secrets.token_hex(4)
    cluster = process_specs.own("cluster", "worker", "--cluster", grace=patience.grace)
    # The ID marks the sweep, messages and leases of this host, so that its supervisor recognizes them.
    named = {**cluster.env, "BACKLOT_WORKER_ID": worker_id}
    # Videos are stored there while they are signed; the system's temporary folder may be in memory.
    cluster = replace(cluster, env={"TMPDIR": str(settings.FILE_UPLOAD_TEMP_DIR), **named})
    keeper = Keeper(cluster, tell=lambda text: print(text, flush=True))
    pulse = Pulse(
        worker_id,
        patience,
        lives=lambda: keeper.lives,
        restart=lambda why: asyncio.run_coroutine_threadsafe(keeper.restart(why), loop),
    )
    pulse.start()
    threading.Thread(target=create_bucket, name="bucket", daemon=True).start()
    while pulse.is_alive() and not asked.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asked.wait(), timeout=1)
    pulse.stop()
    await keeper.stop()
    pulse.release()
    if not asked.is_set():
        sys.exit("backlot: the look at the sweep broke off; a worker without it is not to be trusted")
