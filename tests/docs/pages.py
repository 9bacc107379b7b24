"""Read the project's documentation: its pages, links, paths and commands."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
COMMAND = re.compile(r"(?:manage\.py|make) [a-z][a-z_-]*")
LINK = re.compile(r"\]\(([^)#\s]+)")
BLOCK = re.compile(r"^```[a-z]*\n(.*?)^```", re.S | re.M)
CODE = re.compile(r"`([^`\n]+)`")
FOLDERS = ("config", "docs", "generation", "library", "static", "templates", "tests")


def name_of(page: Path) -> str:
    """Return the path of a page from the project's folder."""
    return str(page.relative_to(ROOT))


def links(page: Path) -> Iterator[str]:
    """Yield the relative links of a page."""
    return (link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link)


def paths(page: Path) -> Iterator[str]:
    """Yield the paths of files and folders of the project that a page names in code style."""
    return (
        code
        for code in CODE.findall(page.read_text("utf-8"))
        if code.startswith(tuple(f"{folder}/" for folder in FOLDERS))
    )


def commands(page: Path) -> set[str]:
    """Return the `manage.py` and `make` commands that a page names in code, without their arguments."""
    text = page.read_text("utf-8")
    return {found for code in [*BLOCK.findall(text), *CODE.findall(text)] for found in COMMAND.findall(code)}


def code_blocks(page: Path, containing: str) -> list[str]:
    """Return the fenced code blocks of a page that contain the text."""
    return [block for block in BLOCK.findall(page.read_text("utf-8")) if containing in block]
