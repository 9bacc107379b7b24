"""The documentation names only what exists, and names every variable and command."""

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.docs import pages

NO_CHANGELOG = [page for page in pages.PAGES if page.name != "CHANGELOG.md"]
OURS = {"generation", "library"}
VARIABLE = re.compile(r"\b((?:BACKLOT|AWS|SKYREELS|C2PA|DATABASE|REDIS|EMAIL)_[A-Z0-9_]+)\b")
INTERNAL = {"BACKLOT_WORKER_ID"}  # passed by `manage.py worker` to its own processes


@pytest.mark.parametrize("page", pages.PAGES, ids=pages.name_of)
def test_links_lead_to_files(page: Path) -> None:
    missing = [link for link in pages.links(page) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("page", NO_CHANGELOG, ids=pages.name_of)
def test_named_paths_exist(page: Path) -> None:
    missing = [path for path in pages.paths(page) if not list(pages.ROOT.glob(path.rstrip("/")))]
    assert missing == []


def test_every_page_is_in_the_index() -> None:
    index = (pages.ROOT / "docs" / "README.md").read_text("utf-8")
    assert [page.name for page in (pages.ROOT / "docs").glob("*.md") if page.name not in index] == [
        "README.md"
    ]


def test_every_variable_is_documented_and_every_documented_variable_is_read() -> None:
    settings = (pages.ROOT / "config" / "settings.py").read_text("utf-8")
    read = {name for name in VARIABLE.findall(settings) if f'"{name}"' in settings} - INTERNAL
    documented = set(VARIABLE.findall((pages.ROOT / "docs" / "configuration.md").read_text("utf-8")))
    assert (read - documented, documented - read) == (set(), set())


def test_every_command_is_documented() -> None:
    table = pages.commands(pages.ROOT / "docs" / "commands.md")
    assert {f"manage.py {name}" for name, app in get_commands().items() if app in OURS} <= table


def test_every_documented_make_target_exists() -> None:
    named = {name for page in pages.PAGES for name in pages.commands(page) if name.startswith("make ")}
    for name in sorted(named):
        dry_run = subprocess.run(
            ["make", "-n", name.split()[1]], cwd=pages.ROOT, capture_output=True, text=True
        )
        assert dry_run.returncode == 0, (name, dry_run.stderr)
