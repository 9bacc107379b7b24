"""Fill the columns of 0007 from the sentences of earlier versions, in batches: event logs can have millions of rows.

Each batch is a transaction of its own, and rows that have a code are skipped, so an interrupted run continues.
"""

from collections.abc import Iterator
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from generation.migrations._sentences import parse_credentials, parse_event, parse_hold

BATCH = 1000


def batches(rows: Any) -> Iterator[list[Any]]:
    """Yield the rows in order of their keys."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


def fill_events(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    events = apps.get_model("generation", "JobEvent").objects.using(editor.connection.alias)
    for batch in batches(events.filter(code="").defer("by", "at")):
        for event in batch:
            event.code, event.data = parse_event(event.status, event.plain_text)
        with transaction.atomic(editor.connection.alias):
            events.bulk_update(batch, ["code", "data"])


def fill_holds(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    jobs = apps.get_model("generation", "Job").objects.using(editor.connection.alias)
    held = jobs.filter(status="held", hold_code="").exclude(plain_held_reason="")
    for batch in batches(held.only("plain_held_reason", "hold_code", "hold_data")):
        for job in batch:
            job.hold_code, job.hold_data = parse_hold(job.plain_held_reason)
        with transaction.atomic(editor.connection.alias):
            jobs.bulk_update(batch, ["hold_code", "hold_data"])


def fill_takes(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    takes = apps.get_model("generation", "Take").objects.using(editor.connection.alias)
    events = apps.get_model("generation", "JobEvent").objects.using(editor.connection.alias)
    for batch in batches(takes.filter(signed_by="", unsigned_reason="").only("job_id")):
        stored = events.filter(job__in=[take.job_id for take in batch], status="succeeded")
        found = dict(stored.order_by("-pk").values_list("job_id", "plain_text"))
        changed = []
        for take in batch:
            if columns := parse_credentials(found.get(take.job_id, "")):
                changed.append(take)
                for name, value in columns.items():
                    setattr(take, name, value)
        with transaction.atomic(editor.connection.alias):
            takes.bulk_update(
                changed, ["signed_by", "original_sha256", "unsigned_reason", "unsigned_detail"]
            )


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("generation", "0007_codes")]

    operations = [
        migrations.RunPython(fill_events, migrations.RunPython.noop),
        migrations.RunPython(fill_holds, migrations.RunPython.noop),
        migrations.RunPython(fill_takes, migrations.RunPython.noop),
    ]
