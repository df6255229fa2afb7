"""A number, not a foreign key: no room of the base stands on another's tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("files", "0001_initial")]
    operations = [
        migrations.RemoveField(model_name="storedfile", name="stored_by"),
        migrations.AddField(
            model_name="storedfile", name="stored_by", field=models.BigIntegerField(null=True)
        ),
    ]
