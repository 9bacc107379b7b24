"""Delete temporary files left behind by killed processes."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED_AFTER = 24 * 3600.0  # seconds; no process works on a file for longer than an hour
EVERY = 3600.0
# The folder of a component that may run longer.
KEPT = {"rclone"}
log = logging.getLogger(__name__)


def remove_abandoned(folder: Path) -> int:
    """Delete entries of the folder that have not been written to for a day; return their number. Run at most once an
    hour per machine, whichever process calls it."""
    if not _is_due(folder.with_name(f"{folder.name}-cleaned")):
        return 0
    before = time.time() - ABANDONED_AFTER
    old = [path for path in folder.iterdir() if path.name not in KEPT and _newest(path) < before]
    return sum(_remove(path) for path in old)


def _is_due(mark: Path) -> bool:
    """Return whether the last run was an hour ago, and if so, record this one."""
    if mark.exists() and abs(time.time() - mark.stat().st_mtime) < EVERY:
        return False
    mark.touch()
    return True


def _newest(path: Path) -> float:
    """Return the time of the last write to anything in it."""
    return max(_times(path), default=time.time())


def _times(path: Path) -> Iterator[float]:
    try:
        yield path.lstat().st_mtime
        if path.is_dir() and not path.is_symlink():
            for inner in path.iterdir():
                yield from _times(inner)
    except FileNotFoundError:  # deleted by its owner in the meantime
        return


def _remove(path: Path) -> bool:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s was left behind and cannot be deleted: %s", path.name, error)
        return False
    return True
