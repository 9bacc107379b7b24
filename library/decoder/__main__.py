"""The decoder's loop: reads requests from stdin, one JSON object per line, and writes replies to stdout.

A request is `{"do", "cpu_seconds", "with"}`. It is acknowledged by `{"began": true}` before a file is opened, so that
the caller can distinguish a process that had already ended from one that the file crashed. Then follows one of
`{"result"}`, `{"refused"}` (UnreadableMedia as JSON), `{"memory"}`, `{"errno"}` (of the disk) or `{"fault"}` (a
traceback), with `"last": true` when no further request will be taken.
"""

import errno
import json
import os
import select
import sys
import traceback
import warnings
from typing import IO, Any

from PIL import Image

from library.decoder import confinement
from library.decoder.operations import OPERATIONS
from library.probe import UnreadableMedia

IDLE_SECONDS = 20
MAX_REQUESTS = 500
# Memory that a library retains after a large file is released by exiting.
MAX_IDLE_BYTES = 160_000_000
DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EACCES}


def main(parent_pipe: int, memory_bytes: int) -> None:
    """Serve until stdin ends, the process has been idle for a while, or it has served its maximum of files."""
    confinement.end_with(parent_pipe)
    confinement.confine(memory_bytes)
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    # Output printed by libraries must not mix with the replies.
    with os.fdopen(os.dup(1), "wb", buffering=0) as replies:
        os.dup2(2, 1)
        for _ in range(MAX_REQUESTS - 1):
            if not _serve(sys.stdin.buffer, replies):
                return
        _serve(sys.stdin.buffer, replies, last=True)


def _serve(requests: IO[bytes], replies: IO[bytes], *, last: bool = False) -> bool:
    """Serve one request; return whether another one can be taken."""
    if not select.select([requests], [], [], IDLE_SECONDS)[0]:
        return False
    line = requests.readline()
    if not line:
        return False
    _send(replies, {"began": True})
    reply = _reply(json.loads(line))
    last = last or confinement.resident_bytes() > MAX_IDLE_BYTES
    _send(replies, {**reply, "last": last})
    return not last


def _reply(request: dict[str, Any]) -> dict[str, Any]:
    confinement.allow_cpu_seconds(request["cpu_seconds"])
    try:
        return {"result": OPERATIONS[request["do"]](**request["with"])}
    except UnreadableMedia as refusal:
        return {"memory": True} if _is_out_of_memory(refusal) else {"refused": refusal.to_json()}
    except MemoryError:
        return {"memory": True}
    except Exception as error:  # noqa: BLE001 - the caller logs it
        if _is_out_of_memory(error):
            return {"memory": True}
        if isinstance(error, OSError) and error.errno in DISK_ERRORS:
            return {"errno": error.errno}
        return {"fault": traceback.format_exc()}


def _is_out_of_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError) or getattr(error, "errno", None) == errno.ENOMEM:
            return True
        error = error.__cause__
    return False


def _send(replies: IO[bytes], reply: dict[str, Any]) -> None:
    content = memoryview(json.dumps(reply).encode() + b"\n")
    while content:
        content = content[replies.write(content) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
