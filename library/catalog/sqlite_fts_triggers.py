"""Triggers that keep SQLite's full-text table in sync with the assets; PostgreSQL's index needs none."""

# ruff: noqa: S608 - every name in these statements is a constant

from typing import Any

from django.db import connections

from library.catalog.word_search import SQLITE_TABLE as TABLE

_DROP = f"INSERT INTO {TABLE}({TABLE}, rowid, search_text) VALUES ('delete', old.id, old.search_text);"
_ADD = f"INSERT INTO {TABLE}(rowid, search_text) VALUES (new.id, new.search_text);"
TRIGGERS = {
    "added": f"AFTER INSERT ON library_asset BEGIN {_ADD} END",
    "gone": f"AFTER DELETE ON library_asset BEGIN {_DROP} END",
    "changed": "AFTER UPDATE OF search_text ON library_asset WHEN old.search_text IS NOT new.search_text "
    f"BEGIN {_DROP} {_ADD} END",
}


def ensure_triggers(using: str, **_: Any) -> None:
    """Create missing triggers, and rebuild the full-text table if there were any.

    Called after every `migrate`, since Django alters a table of SQLite by replacing it, which drops its triggers.
    """
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{TABLE}%"])
        existing = {name for (name,) in cursor.fetchall()}
        missing = {name: body for name, body in TRIGGERS.items() if f"{TABLE}_{name}" not in existing}
        if TABLE not in existing or not missing:
            return
        for name, body in missing.items():
            cursor.execute(f"CREATE TRIGGER {TABLE}_{name} {body}")
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')")
