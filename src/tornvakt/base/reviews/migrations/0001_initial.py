import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("room", models.CharField(max_length=8)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("drawn_at", models.DateTimeField()),
                ("drawn_by", models.BigIntegerField()),
                ("among", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Drawn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_id", models.BigIntegerField()),
                (
                    "sample",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drawn",
                        to="reviews.sample",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Judgement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("in_order", "In order"),
                            ("asked", "Asked about"),
                            ("breach", "Not in order"),
                        ],
                        max_length=8,
                    ),
                ),
                ("note", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("by", models.BigIntegerField()),
                (
                    "drawn",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="reviews.drawn",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome", "in_order"),
                            models.Q(("note", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="judgement_says_what_was_done",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="drawn",
            constraint=models.UniqueConstraint(
                fields=("sample", "entry_id"), name="entry_is_drawn_once"
            ),
        ),
    ]
