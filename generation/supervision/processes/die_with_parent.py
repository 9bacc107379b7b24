"""Kill child processes when their parent ends, even if the parent was killed with SIGKILL.

On Linux, `PR_SET_PDEATHSIG` sets the signal that a process receives when its parent ends. A fork does not inherit the
setting, so a process that forks workers has to set it in each of them. On other systems this does nothing, and the
children of a killed parent keep running.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded on import because a child must not load libraries between fork and exec.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tie_to(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; kill it now if process `parent` has already ended."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def tied() -> Callable[[], None]:
    """Return a `preexec_fn` that has the child killed when this process ends.

    Start the child from the main thread: for the kernel, the thread that forks is the parent.
    """
    parent = os.getpid()
    return lambda: tie_to(parent)


def tie_every_fork() -> None:
    """Have every process that this one and its descendants fork from now on killed when its parent ends."""
    parents: list[int] = []
    os.register_at_fork(
        before=lambda: parents.append(os.getpid()),
        after_in_parent=parents.pop,
        after_in_child=lambda: tie_to(parents.pop()),
    )
