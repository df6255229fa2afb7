import secrets

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_grants(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Every right gets a name that cannot be counted."""
    Grant = apps.get_model("access", "Grant")
    for pk in Grant.objects.values_list("pk", flat=True):
        Grant.objects.filter(pk=pk).update(public_id=secrets.token_hex(8))


class Migration(migrations.Migration):
    dependencies = [("access", "0005_holdings_named_once")]

    operations = [
        migrations.AddField(
            model_name="grant",
            name="public_id",
            field=models.CharField(default="", editable=False, max_length=16),
            preserve_default=False,
        ),
        migrations.RunPython(name_grants, migrations.RunPython.noop),
    ]
