"""Who chose the priority. Null is unknown and needs no default: on SQLite a default would have the
table made anew, and its triggers would go with the old one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('incidents', '0009_desk_windows'),
    ]

    operations = [
        migrations.AddField(
            model_name='incident',
            name='priority_set_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='logentry',
            name='kind',
            field=models.CharField(choices=[('opened', 'Opened'), ('alarm', 'Alarm'), ('repeated', 'Repeated'), ('restored', 'Restored'), ('raised', 'Raised'), ('lowered', 'Lowered'), ('rule', 'Rule'), ('call', 'Call'), ('taken', 'Taken'), ('taken_over', 'Taken Over'), ('given_back', 'Given Back'), ('released', 'Released'), ('escalated', 'Escalated'), ('edited', 'Edited'), ('note', 'Note'), ('step_done', 'Step Done'), ('step_skipped', 'Step Skipped'), ('step_undone', 'Step Undone'), ('attempt', 'Attempt'), ('handed_over', 'Handed Over'), ('file', 'File'), ('dispatched', 'Dispatched'), ('recalled', 'Recalled'), ('on_scene', 'On Scene'), ('waiting', 'Waiting'), ('resumed', 'Resumed'), ('resolved', 'Resolved'), ('merged', 'Merged'), ('unmerged', 'Unmerged'), ('cancelled', 'Cancelled'), ('reopened', 'Reopened'), ('closed', 'Closed')], max_length=12),
        ),
    ]
