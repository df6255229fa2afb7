from django.db import migrations, models

import tornvakt.base.access.models


class Migration(migrations.Migration):
    dependencies = [("access", "0004_names_for_holdings")]

    operations = [
        migrations.AlterField(
            model_name="roleholding",
            name="public_id",
            field=models.CharField(
                default=tornvakt.base.access.models.public_id,
                editable=False,
                max_length=16,
                unique=True,
            ),
        ),
    ]
