"""Write a database as a small fixture: `python -m tests.upgrade.dump SOURCE TARGET.gz`.

SOURCE is the path of an SQLite file or a `postgres://` URL. The README beside this file says how a fixture is made.
"""

import gzip
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

# What pg_dump writes about versions and for psql alone.
NOISE = re.compile(r"^(--.*|\\(un)?restrict .*|SET transaction_timeout.*)?\n", re.MULTILINE)


def sqlite_file(source: Path) -> bytes:
    """Return a compact copy of an SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.sqlite3"
        with closing(sqlite3.connect(source)) as database:
            database.execute("VACUUM INTO ?", [str(copy)])
        with closing(sqlite3.connect(copy, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA page_size = 512")
            database.execute("VACUUM")
        return copy.read_bytes()


def postgresql_statements(url: str) -> bytes:
    """Return plain SQL that any client can run as a whole."""
    command = ["pg_dump", "--inserts", "--no-owner", "--no-privileges", url]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return NOISE.sub("", done.stdout).encode()


def write(source: str, target: Path) -> None:
    """Write the fixture; the same database gives the same bytes."""
    content = postgresql_statements(source) if source.startswith("postgres") else sqlite_file(Path(source))
    target.write_bytes(gzip.compress(content, compresslevel=9, mtime=0))


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
