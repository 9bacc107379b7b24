"""The whole house beside a test, and what is done to it at random: processes are killed, or stopped for a while."""

import random
import signal
import time
from collections import Counter
from contextlib import suppress

import psutil

from tests.services import Service
from tests.worker_host import WorkerHost


class Chaos:
    """One blow at a time; `struck` counts them. `stopped_for` is how long a stopped worker sleeps, in seconds."""

    def __init__(self, host: WorkerHost, web: Service, s3: Service, *, seed: int, stopped_for: float) -> None:
        self.struck: Counter[str] = Counter()
        self._host, self._web, self._s3 = host, web, s3
        self._chance, self._stopped_for = random.Random(seed), stopped_for
        self._asleep: list[tuple[float, psutil.Process]] = []

    def strike(self) -> None:
        blows = (self._kill_one, self._stop_one, self._kill_cluster, self._kill_web, self._kill_s3)
        blow = self._chance.choices(blows, weights=(5, 4, 1, 1, 1))[0]
        with suppress(psutil.NoSuchProcess):
            blow()
            self.struck[blow.__name__.strip("_").replace("_", " ")] += 1
        self._continue(time.monotonic())

    def end(self) -> None:
        """Whoever sleeps goes on, and nothing more happens."""
        self._continue(float("inf"))

    def _continue(self, now: float) -> None:
        for until, process in self._asleep:
            if until <= now:
                with suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGCONT)
        self._asleep = [(until, process) for until, process in self._asleep if until > now]

    def _one(self) -> psutil.Process:
        """One of the cluster's processes: main, sentinel, monitor, pusher or worker, not their supervisor."""
        found = sorted(self._host.processes()[1:], key=lambda process: process.pid)
        if not found:
            raise psutil.NoSuchProcess(0)
        return self._chance.choice(found)

    def _kill_one(self) -> None:
        self._one().kill()

    def _stop_one(self) -> None:
        process = self._one()
        process.send_signal(signal.SIGSTOP)
        self._asleep.append((time.monotonic() + self._stopped_for, process))

    def _kill_cluster(self) -> None:
        self._host.kill()
        self._host.start()

    def _kill_web(self) -> None:
        self._web.kill()
        self._web.start()

    def _kill_s3(self) -> None:
        self._s3.kill()
        time.sleep(1)
        self._s3.start()
