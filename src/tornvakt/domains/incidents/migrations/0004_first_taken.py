"""What was taken before the clock of the first taking existed was first taken when it was taken.

Given back and never taken again: nobody knows any more, and it stays empty.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor
from django.db.models import F


def fill(apps: Apps, editor: Editor) -> None:
    incidents = apps.get_model("incidents", "Incident")
    incidents.objects.exclude(taken_at=None).update(first_taken_at=F("taken_at"))


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_the_work_on_an_incident")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
