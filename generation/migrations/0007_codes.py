"""Columns for codes in place of sentences: why a job is held, what an event means, who signed a take.

The columns of the sentences stay for hosts of the version before, which write them until they are upgraded. They get a
default, because this version leaves them empty.
"""

from django.db import migrations, models


def code(help_text: str) -> models.CharField:
    return models.CharField(blank=True, db_default="", default="", help_text=help_text, max_length=40)


def data(help_text: str) -> models.JSONField:
    return models.JSONField(blank=True, db_default={}, default=dict, help_text=help_text)


def plain(column: str) -> models.TextField:
    return models.TextField(
        blank=True,
        db_column=column,
        db_default="",
        default="",
        editable=False,
        help_text="a sentence by a host of an earlier version",
    )


class Migration(migrations.Migration):
    dependencies = [("generation", "0006_job_names")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("job", "held_reason", "plain_held_reason"),
                migrations.AlterField(
                    "job", "plain_held_reason", models.TextField(blank=True, db_column="held_reason")
                ),
                migrations.RenameField("jobevent", "text", "plain_text"),
                migrations.AlterField("jobevent", "plain_text", models.TextField(db_column="text")),
            ]
        ),
        migrations.AlterField("job", "plain_held_reason", plain("held_reason")),
        migrations.AlterField("jobevent", "plain_text", plain("text")),
        migrations.AddField("job", "hold_code", code("why it is held, a `HoldCode`")),
        migrations.AddField("job", "hold_data", data("parameters of `hold_code`, see `job_texts`")),
        migrations.AddField("jobevent", "code", code("what happened, an `EventCode`")),
        migrations.AddField("jobevent", "data", data("parameters of `code`, see `job_texts`")),
        migrations.AddField(
            "take",
            "original_sha256",
            models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="of the provider's file, if `key` is signed",
                max_length=64,
            ),
        ),
        migrations.AddField(
            "take",
            "signed_by",
            models.TextField(
                blank=True,
                db_default="",
                default="",
                help_text="name of the certificate that signed the credentials",
            ),
        ),
        migrations.AddField("take", "unsigned_reason", code("why it is unsigned, an `UnsignedCode`")),
        migrations.AddField(
            "take", "unsigned_detail", models.TextField(blank=True, db_default="", default="")
        ),
        migrations.AlterField(
            "callback", "base_url", models.TextField(help_text="`/callback` is appended to its path")
        ),
    ]
