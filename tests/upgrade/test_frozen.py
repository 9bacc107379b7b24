"""The migrations that have landed are never edited: databases were made by them, and would not follow."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# SHA-256 of each file as commit a9b8a0f has it. A later change of a table is a new migration.
FROZEN = {
    "generation/migrations/0001_first.py": "89402e007c72e3a5af2f369ac34841beac34b085221a365ab022e6df6078db39",
    "library/migrations/0001_first.py": "d474aa0b303f3c5cf4aa6b133d5b8139016c45f077d13c45e8d4811d4c014b73",
    "library/migrations/0002_search.py": "ba383ef14afac4ab7a7bd2107a651574a80fa662fbc441daddea0adb3692fadb",
}


@pytest.mark.parametrize("path", FROZEN)
def test_a_landed_migration_has_its_landed_content(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == FROZEN[path]
