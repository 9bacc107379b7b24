"""Labels and help texts alone: nothing changes in the database."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('generation', '0008_fill_codes'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='batch',
            options={'ordering': ['-pk'], 'verbose_name': 'batch', 'verbose_name_plural': 'batches'},
        ),
        migrations.AlterField(
            model_name='batch',
            name='form_key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='one per form, so that a form submitted twice creates one batch', unique=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='abandoned_at',
            field=models.DateTimeField(blank=True, help_text='no longer wanted; its take is stored, but hidden from lists', null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='attempts',
            field=models.PositiveIntegerField(default=0, help_text='tries of the current step'),
        ),
        migrations.AlterField(
            model_name='job',
            name='called_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='the last webhook call since the latest poll', null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='form_key',
            field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='one per form, so that a form submitted twice creates one job', unique=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='hook_token',
            field=models.CharField(blank=True, editable=False, help_text="in the URL of the provider's webhook", max_length=43),
        ),
        migrations.AlterField(
            model_name='job',
            name='late_at',
            field=models.DateTimeField(blank=True, help_text='when the render had taken far longer than usual', null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='plan',
            field=models.JSONField(editable=False, help_text='the request with `s3:` keys for files, created when the job was queued', null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='polls',
            field=models.PositiveIntegerField(default=0, help_text='status queries'),
        ),
        migrations.AlterField(
            model_name='job',
            name='rendered_at',
            field=models.DateTimeField(blank=True, help_text='when it was first seen as completed', null=True),
        ),
        migrations.AlterField(
            model_name='job',
            name='roles',
            field=models.JSONField(blank=True, default=dict, help_text='frames, use of the clip and voices, see `composition.Roles`'),
        ),
        migrations.AlterField(
            model_name='jobreference',
            name='handle',
            field=models.CharField(help_text='its spelling at that time', max_length=32),
        ),
        migrations.AlterField(
            model_name='jobreference',
            name='role',
            field=models.CharField(choices=[('first', 'First frame'), ('mid', 'Keyframe'), ('end', 'Last frame'), ('subject', 'Subject'), ('grid', 'Multi-view sheet'), ('motion', 'Motion reference'), ('extend', 'Clip to extend'), ('voice', 'Voice')], default='subject', max_length=20),
        ),
        migrations.AlterField(
            model_name='jobreference',
            name='second',
            field=models.SmallIntegerField(blank=True, help_text='of a keyframe; empty for any time', null=True),
        ),
        migrations.AlterField(
            model_name='jobreference',
            name='with_voice',
            field=models.BooleanField(default=False, help_text="lip-synced to the character's voice"),
        ),
        migrations.AlterField(
            model_name='take',
            name='announced_at',
            field=models.DateTimeField(blank=True, help_text='when the reviewers were notified', null=True),
        ),
        migrations.AlterField(
            model_name='take',
            name='frames',
            field=models.PositiveIntegerField(default=0, help_text='as decoded by PyAV'),
        ),
        migrations.AlterField(
            model_name='take',
            name='number',
            field=models.PositiveIntegerField(help_text="within the shot, or among the project's takes without a shot"),
        ),
        migrations.AlterField(
            model_name='take',
            name='original_key',
            field=models.CharField(blank=True, help_text="the provider's file, if `key` is the signed one", max_length=200),
        ),
        migrations.AlterField(
            model_name='take',
            name='review',
            field=models.CharField(choices=[('waiting', 'To review'), ('approved', 'Approved'), ('changes', 'Changes requested'), ('rejected', 'Rejected')], default='waiting', help_text='result of the verdicts; only `generation.reviews` writes it', max_length=10),
        ),
        migrations.AlterField(
            model_name='take',
            name='times',
            field=models.JSONField(blank=True, default=list, help_text='start of each frame in seconds, if it does not follow from the frame rate'),
        ),
    ]
