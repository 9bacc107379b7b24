"""Temporary files that a killed process left behind."""

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

ABANDONED_AFTER = 24 * 3600.0  # seconds; nothing of ours works on a file for longer than an hour
EVERY = 3600.0
# The folder of a part that runs for as long as it likes.
KEPT = {"rclone"}
log = logging.getLogger(__name__)


def remove_abandoned(folder: Path) -> int:
    """Delete what nobody has written to for a day; return how many entries of the folder. Looks once an hour at most,
    whichever process of this machine calls."""
    if not _is_due(folder.with_name(f"{folder.name}-cleaned")):
        return 0
    before = time.time() - ABANDONED_AFTER
    old = [path for path in folder.iterdir() if path.name not in KEPT and _newest(path) < before]
    return sum(_remove(path) for path in old)


def _is_due(mark: Path) -> bool:
    """Whether the last look was an hour ago; then this one counts from now on."""
    if mark.exists() and abs(time.time() - mark.stat().st_mtime) < EVERY:
        return False
    mark.touch()
    return True


def _newest(path: Path) -> float:
    """When anything in there was written last."""
    return max(_times(path), default=time.time())


def _times(path: Path) -> Iterator[float]:
    try:
        yield path.lstat().st_mtime
        if path.is_dir() and not path.is_symlink():
            for inner in path.iterdir():
                yield from _times(inner)
    except FileNotFoundError:  # its owner was quicker
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
