"""The command line where the database is not as it should be: one line that says what to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.system
ROOT = Path(__file__).resolve().parents[2]
OURS = ("BACKLOT_", "AWS_", "SKYREELS_", "DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")


def refused(var: Path, *arguments: str) -> str:
    """What a command says that cannot do its work."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=kept | {"BACKLOT_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("apitoken", "ana"),
        ("storage_audit",),
        ("import_assets", ".", "--project", "harbour-lights"),
        ("demo",),
    ],
)
def test_before_the_tables_are_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = refused(tmp_path, *command)
    assert said.startswith("backlot: a table is missing in the database (no such table: "), said
    assert said.endswith("): run `manage.py migrate`\n")
    assert said.count("\n") == 1


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "backlot.sqlite3").mkdir()
    assert refused(tmp_path, "apitoken", "ana") == (
        "backlot: the database cannot be used: unable to open database file; look at DATABASE_URL\n"
    )
