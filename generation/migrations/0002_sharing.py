"""Share tokens are sealed, playlists know who added what, and notifications may be about a project alone."""

import secrets

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import generation.models.sharing
from generation import sealing

PURPOSE = "share-token"


def seal_tokens(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Seal every token, so that existing links keep working, and overwrite the plain text by a random value."""
    links = apps.get_model("generation", "ShareLink").objects.using(editor.connection.alias)
    key = sealing.key_id(PURPOSE)
    for pk, token in links.filter(token_hash=None).order_by("pk").values_list("pk", "token"):
        links.filter(pk=pk).update(
            token_hash=sealing.fingerprint(PURPOSE, token),
            sealed_token=sealing.seal(PURPOSE, token),
            token_key=key,
            token=secrets.token_urlsafe(32),
        )


class Migration(migrations.Migration):

    dependencies = [
        ("generation", "0001_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sharelink",
            name="token_hash",
            field=models.CharField(editable=False, max_length=64, null=True, unique=True),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="sealed_token",
            field=models.TextField(blank=True, db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="token_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                editable=False,
                help_text="which key both are made with",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="sharelink",
            name="owners_notified_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="when the owners were notified that it is paused",
                null=True,
            ),
        ),
        migrations.RunPython(seal_tokens, migrations.RunPython.noop),
        # The column keeps its name and its rule: the version before writes into it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField(model_name="sharelink", old_name="token", new_name="plain_token"),
                migrations.AlterField(
                    model_name="sharelink",
                    name="plain_token",
                    field=models.CharField(
                        db_column="token",
                        default=generation.models.sharing.new_token,
                        editable=False,
                        max_length=43,
                        unique=True,
                    ),
                ),
            ]
        ),
        migrations.AddField(
            model_name="playlistitem",
            name="added_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="playlistitem",
            name="is_attributed",
            field=models.BooleanField(
                db_default=False, default=False, help_text="no: added before it was recorded by whom"
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="take",
            field=models.ForeignKey(
                blank=True,
                help_text="empty: about the project",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="generation.take",
            ),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("mention", "You are mentioned"),
                    ("reply", "A reply to your note"),
                    ("note", "A note on your take"),
                    ("resolved", "Your note is resolved"),
                    ("answered", "A new take answers your note"),
                    ("verdict", "A verdict on your take"),
                    ("take", "A new take waits for your verdict"),
                    ("guest", "A guest spoke"),
                    ("links", "Share links are paused"),
                ],
                max_length=10,
            ),
        ),
    ]
