"""Resource limits, which the decoder sets for itself before it opens a file."""

import contextlib
import fcntl
import os
import resource
from pathlib import Path

MAX_OPEN_FILES = 64
MAX_WRITTEN_BYTES = 600_000_000
# Give web requests priority on machines with few cores.
NICENESS = 5
PAGE = os.sysconf("SC_PAGE_SIZE")


def confine(memory_bytes: int) -> None:
    """Limit memory, open files and output, and disable core dumps."""
    _limit(resource.RLIMIT_DATA, memory_bytes)
    _limit(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, MAX_WRITTEN_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    os.nice(NICENESS)


def allow_cpu_seconds(seconds: int) -> None:
    """Have the kernel kill this process (SIGXCPU) after this much more CPU time."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def end_with(pipe: int) -> None:
    """Have the kernel kill this process (SIGIO) as soon as the other end of the pipe is closed.

    Unlike PR_SET_PDEATHSIG, this depends on the process that started us, not on its thread, and does not need the
    Python interpreter, which may be busy decoding for seconds.
    """
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    with contextlib.suppress(BlockingIOError):
        # It may have closed before the signal was set up.
        if os.read(pipe, 1) == b"":
            os._exit(0)


def resident_bytes() -> int:
    """Return this process's current memory use, or its peak if the system does not report that."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(what, (most, most))
