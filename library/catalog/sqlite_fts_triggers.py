"""SQLite's table of words is kept in step with the assets by triggers, PostgreSQL's index by itself."""

# ruff: noqa: S608 - every name in these statements is a constant of ours

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


def keep_words(using: str, **_: Any) -> None:
    """Makes the triggers where they are missing, and the table anew with them.

    Called after every `migrate`: Django alters a table of SQLite by making it anew, and its triggers go with the old.
    """
    if connections[using].vendor != "sqlite":
        return
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE %s", [f"{TABLE}%"])
        there = {name for (name,) in cursor.fetchall()}
        missing = {name: body for name, body in TRIGGERS.items() if f"{TABLE}_{name}" not in there}
        if TABLE not in there or not missing:
            return
        for name, body in missing.items():
            cursor.execute(f"CREATE TRIGGER {TABLE}_{name} {body}")
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}) VALUES ('rebuild')")
