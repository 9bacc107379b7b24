"""Rename fields of jobs in the code alone, and forget a column that nothing reads.

The columns keep their names, and the unused column stays, because hosts of the version before use them until they are
upgraded too.
"""

import django.db.models.deletion
from django.db import migrations, models

STATUSES = [
    ("draft", "Draft"),
    ("queued", "Queued"),
    ("submitting", "Submitting"),
    ("running", "Rendering"),
    ("storing", "Storing"),
    ("succeeded", "Done"),
    ("failed", "Failed"),
    ("held", "Held"),
    ("cancelled", "Cancelled"),
]


class Migration(migrations.Migration):
    dependencies = [("generation", "0005_ballots")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("job", "answers", "for_note"),
                migrations.AlterField(
                    "job",
                    "for_note",
                    models.ForeignKey(
                        blank=True,
                        db_column="answers_id",
                        help_text="the note that it was made for; approving its take resolves the note",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followup_jobs",
                        to="generation.note",
                    ),
                ),
                migrations.RenameField("job", "takeovers", "lapsed_leases"),
                migrations.AlterField(
                    "job",
                    "lapsed_leases",
                    models.PositiveIntegerField(
                        db_column="takeovers", default=0, help_text="workers that stopped during this step"
                    ),
                ),
                migrations.RemoveField("mailsettings", "daily_sent_at"),
            ]
        ),
        migrations.AlterField(
            "job",
            "priority",
            models.PositiveSmallIntegerField(choices=[(0, "Low"), (10, "Normal"), (20, "High")], default=10),
        ),
        migrations.AlterField(
            "job", "status", models.CharField(choices=STATUSES, default="draft", max_length=10)
        ),
        migrations.AlterField("jobevent", "status", models.CharField(choices=STATUSES, max_length=10)),
    ]
