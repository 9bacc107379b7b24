"""Look up the pinned versions in the OSV database: `check_vulnerabilities.py LOCK_FILE [OSV_URL]`.

Fail if one of them has a known vulnerability. If the database is unreachable, report that and succeed, so that
`make lint` works offline; otherwise report the number of packages looked up.
"""

import re
import subprocess
import sys
from pathlib import Path

import httpx

OSV = "https://api.osv.dev/v1/query"
SECONDS = 10
# Messages of pip-audit if the database becomes unreachable during the check.
AWAY = re.compile(r"ServiceError|ConnectionError|Max retries exceeded|timed? ?out", re.IGNORECASE)


def main(lock: str, url: str = OSV) -> int:
    """Return the exit code."""
    pinned = re.findall(r"^([A-Za-z0-9._-]+)==", Path(lock).read_text(encoding="utf-8"), re.MULTILINE)
    if not is_reachable(url):
        return skip(url)
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", lock, "--require-hashes", "--disable-pip"),
        *("--vulnerability-service", "osv", "--osv-url", url, "--progress-spinner", "off"),
        *("--timeout", str(SECONDS)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode and not done.stdout.strip() and AWAY.search(done.stderr):
        return skip(url)
    print(done.stdout + done.stderr, end="")
    print(f"{len(pinned)} pinned packages looked up at {url}")
    return done.returncode


def is_reachable(url: str) -> bool:
    """Return whether the database responds to a query about a nonexistent package."""
    asked = {"package": {"name": "backlot-is-no-package", "ecosystem": "PyPI"}, "version": "0"}
    try:
        return httpx.post(url, json=asked, timeout=SECONDS).is_success
    except httpx.HTTPError:
        return False


def skip(url: str) -> int:
    """Report that nothing was looked up."""
    print(f"NOT CHECKED for known vulnerabilities: {url} is not reachable from here, skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
