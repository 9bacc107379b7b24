"""A Python process on the database and storage of a running instance, for what no page makes."""

import contextlib
import io
import json
import subprocess
import sys
import traceback
from collections.abc import Mapping

from django.conf import settings


class Shell:
    """One process that runs code for the tests, one piece after the other: a new one would take seconds to start."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.browser.shell"],
            cwd=settings.BASE_DIR,
            env={**env, "DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, code: str) -> str:
        """Run `code` and return what it printed. Fail with its traceback."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(code) + "\n")
        self._process.stdin.flush()
        printed, failure = json.loads(self._process.stdout.readline())
        assert failure == "", failure
        return str(printed)

    def close(self) -> None:
        self._process.terminate()
        self._process.communicate()


def _serve() -> None:
    """Run the code in each line of the input; write a line with its output and its traceback."""
    import django
    from django.db import close_old_connections

    django.setup()
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        printed, failure = io.StringIO(), ""
        try:
            with contextlib.redirect_stdout(printed):
                exec(json.loads(line), {"__name__": "shell"})
        except Exception:  # noqa: BLE001 - the test reports it
            failure = traceback.format_exc()
        close_old_connections()
        answers.write(json.dumps([printed.getvalue(), failure]) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
