"""The indexes that searching and sorting stand on. Each database has trigrams in its own way."""

from django.db import migrations, models
from django.db.models import Q

POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX library_asset_words ON library_asset USING gin (search_text gin_trgm_ops)",
    # Byte by byte, whatever the database's own collation: the order of names, and the beginnings of handles.
    'CREATE INDEX library_asset_name ON library_asset ((LOWER(handle) COLLATE "C"))',
]
SQLITE = [
    """CREATE VIRTUAL TABLE library_asset_words USING fts5(
        search_text, content='library_asset', content_rowid='id', tokenize='trigram case_sensitive 1')""",
    "INSERT INTO library_asset_words(library_asset_words) VALUES ('rebuild')",
]
AWAY = {
    "postgresql": ["DROP INDEX library_asset_words", "DROP INDEX library_asset_name"],
    "sqlite": ["DROP TABLE library_asset_words"]
    + [f"DROP TRIGGER IF EXISTS library_asset_words_{when}" for when in ("added", "changed", "gone")],
}


def add(apps, schema_editor):
    for statement in {"postgresql": POSTGRESQL, "sqlite": SQLITE}[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def take_away(apps, schema_editor):
    for statement in AWAY[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("library", "0001_first")]

    operations = [
        migrations.AddIndex("asset", models.Index(fields=["kind", "id"], name="assets_by_kind")),
        migrations.AddIndex("asset", models.Index(fields=["use_count", "id"], name="assets_by_use")),
        migrations.AddIndex("asset", models.Index(fields=["last_used_at", "id"], name="assets_by_last_use")),
        migrations.AddIndex(
            "asset",
            models.Index(fields=["id"], condition=Q(archived_at__isnull=False), name="archived_assets"),
        ),
        migrations.RunPython(add, take_away),
    ]
