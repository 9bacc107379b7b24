"""The whole house beside a test, and what is done to it at random: processes are killed, or stopped for a while."""

import random
import signal
import time
from collections import Counter
from contextlib import suppress

import psutil

from tests.killable import Service
from tests.worker_host import WorkerHost

# How often each sort comes, as they stand in `Chaos`.
WEIGHTS = (5, 4, 1, 1, 1)


class Chaos:
    """One blow at a time; `struck` counts them. `stopped_for` is how long a stopped worker sleeps, in seconds.

    Each sort comes once before chance decides, so that a short run has all of them too.
    """

    def __init__(self, host: WorkerHost, web: Service, s3: Service, *, seed: int, stopped_for: float) -> None:
        self.struck: Counter[str] = Counter()
        self._host, self._web, self._s3 = host, web, s3
        self._chance, self._stopped_for = random.Random(seed), stopped_for
        self._asleep: list[tuple[float, psutil.Process]] = []
        self._sorts = (self._kill_one, self._stop_one, self._kill_cluster, self._kill_web, self._kill_s3)
        self._first = self._chance.sample(self._sorts, k=len(self._sorts))

    def strike(self) -> None:
        """Whatever comes next. A process that has just ended by itself is not struck."""
        blow = self._first.pop() if self._first else self._chance.choices(self._sorts, weights=WEIGHTS)[0]
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
