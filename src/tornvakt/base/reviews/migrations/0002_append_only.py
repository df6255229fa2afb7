"""Samples, their entries and what was found can be added, never changed or removed."""

from django.db import migrations

from tornvakt.base.audit.append_only import guards


class Migration(migrations.Migration):
    dependencies = [("reviews", "0001_initial")]
    operations = [
        migrations.RunPython(
            *guards(reviews_sample="id", reviews_drawn="id", reviews_judgement="id")
        )
    ]
