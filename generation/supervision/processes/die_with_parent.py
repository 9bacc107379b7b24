"""Children that cannot outlive their parent, not even one that is killed with -9.

Linux sends a child the signal it asked for when its parent ends (`PR_SET_PDEATHSIG`). The wish is not inherited by
fork, so a process that forks workers of its own has to renew it in each of them. Elsewhere this does nothing, and a
killed parent leaves its children to the next start.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
# Loaded here because a child between fork and exec must not open libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def tie_to(parent: int) -> None:
    """Have the kernel kill this process when its parent ends; at once if process `parent` ended already."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def tied() -> Callable[[], None]:
    """A `preexec_fn` that ties the child to this process. Start it from the main thread: the kernel counts threads
    as parents."""
    parent = os.getpid()
    return lambda: tie_to(parent)


def tie_every_fork() -> None:
    """From now on every process that this one and its descendants fork is tied to the one that forked it."""
    parents: list[int] = []
    os.register_at_fork(
        before=lambda: parents.append(os.getpid()),
        after_in_parent=parents.pop,
        after_in_child=lambda: tie_to(parents.pop()),
    )
