from django.db import migrations, models

import tornvakt.base.access.models


class Migration(migrations.Migration):
    dependencies = [("access", "0006_names_for_grants")]

    operations = [
        migrations.AlterField(
            model_name="grant",
            name="public_id",
            field=models.CharField(
                default=tornvakt.base.access.models.public_id,
                editable=False,
                max_length=16,
                unique=True,
            ),
        ),
    ]
