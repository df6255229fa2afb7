"""The index of the search: tables, the triggers that say what is due, and what there is to read in.

The triggers note an incident's id and nothing else: reading words is slow work, and whoever takes
an incident must not wait for it. What stands here already is read in by the jobs process, block by
block with the newest first, while the centre works; until a block is read in, the page says so.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor

_COLUMNS = (
    "priority", "kind", "site_id", "place", "account", "title_sv", "title_en", "result", "summary",
    "opened_at",
)
_SOMETHING_ELSE = {
    "sqlite": " OR ".join(f"old.{each} IS NOT new.{each}" for each in _COLUMNS),
    "postgresql": " OR ".join(f"old.{each} IS DISTINCT FROM new.{each}" for each in _COLUMNS),
}
_TAKEN_BACK = (
    "((old.summary <> '' AND old.summary <> new.summary)"
    " OR (old.place <> '' AND old.place <> new.place))"
)
_DUE = "INSERT INTO incidents_searchdue (incident_id, forgets) VALUES"

SQLITE = [
    f"""CREATE TRIGGER incidents_search_new AFTER INSERT ON incidents_incident
        BEGIN {_DUE} (new.id, 0); END""",
    f"""CREATE TRIGGER incidents_search_changed
        AFTER UPDATE OF {", ".join(_COLUMNS)} ON incidents_incident
        WHEN {_SOMETHING_ELSE["sqlite"]}
        BEGIN {_DUE} (new.id, {_TAKEN_BACK}); END""",
    f"""CREATE TRIGGER incidents_search_gone AFTER DELETE ON incidents_incident
        BEGIN {_DUE} (old.id, 1); END""",
    f"""CREATE TRIGGER incidents_search_line AFTER INSERT ON incidents_logentry
        WHEN new.text <> '' OR new.actor_id IS NOT NULL
        BEGIN {_DUE} (new.incident_id, 0); END""",
]
SQLITE_BACK = [
    f"DROP TRIGGER incidents_search_{name}" for name in ("new", "changed", "gone", "line")
]
POSTGRESQL = [
    f"""CREATE FUNCTION incidents_search_new() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {_DUE} (new.id, false); RETURN NULL; END $$""",
    f"""CREATE FUNCTION incidents_search_changed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {_DUE} (new.id, {_TAKEN_BACK}); RETURN NULL; END $$""",
    f"""CREATE FUNCTION incidents_search_gone() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {_DUE} (old.id, true); RETURN NULL; END $$""",
    f"""CREATE FUNCTION incidents_search_line() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN {_DUE} (new.incident_id, false); RETURN NULL; END $$""",
    """CREATE TRIGGER incidents_search_new AFTER INSERT ON incidents_incident
       FOR EACH ROW EXECUTE FUNCTION incidents_search_new()""",
    f"""CREATE TRIGGER incidents_search_changed
        AFTER UPDATE OF {", ".join(_COLUMNS)} ON incidents_incident
        FOR EACH ROW WHEN ({_SOMETHING_ELSE["postgresql"]})
        EXECUTE FUNCTION incidents_search_changed()""",
    """CREATE TRIGGER incidents_search_gone AFTER DELETE ON incidents_incident
       FOR EACH ROW EXECUTE FUNCTION incidents_search_gone()""",
    """CREATE TRIGGER incidents_search_line AFTER INSERT ON incidents_logentry
       FOR EACH ROW WHEN (new.text <> '' OR new.actor_id IS NOT NULL)
       EXECUTE FUNCTION incidents_search_line()""",
    # Sets of bits do not become smaller by packing them once more.
    "ALTER TABLE incidents_posting ALTER COLUMN bits SET STORAGE EXTERNAL",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER incidents_search_new ON incidents_incident",
    "DROP TRIGGER incidents_search_changed ON incidents_incident",
    "DROP TRIGGER incidents_search_gone ON incidents_incident",
    "DROP TRIGGER incidents_search_line ON incidents_logentry",
    *(
        f"DROP FUNCTION incidents_search_{name}()"
        for name in ("new", "changed", "gone", "line")
    ),
]


def _run(editor: Editor, sqlite: list[str], postgresql: list[str]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement, params=None)


def add(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE, POSTGRESQL)


def remove(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE_BACK, POSTGRESQL_BACK)


def ask_for_what_stands(apps: Apps, editor: Editor) -> None:
    """Name every block that holds an incident; the jobs process reads them in."""
    incidents = apps.get_model("incidents", "Incident").objects
    bounds = incidents.aggregate(first=models.Min("id"), last=models.Max("id"))
    if bounds["last"] is None:
        return
    blocks = apps.get_model("incidents", "SearchBlock").objects
    numbers = range(bounds["first"] >> 16, (bounds["last"] >> 16) + 1)
    blocks.bulk_create(blocks.model(number=number) for number in numbers)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_sent_forms")]
    operations = [
        migrations.CreateModel(
            name="Posting",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("block", models.PositiveIntegerField()),
                ("term", models.BinaryField(max_length=200)),
                ("bits", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="SearchBlock",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("is_built", models.BooleanField(default=False)),
                ("opened_from", models.DateTimeField(null=True)),
                ("opened_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchDue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("incident_id", models.BigIntegerField()),
                ("forgets", models.BooleanField(default=False)),
            ],
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                fields=("block", "term"), name="posting_is_one_a_block"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["opened_at"], name="incident_opened"),
        ),
        migrations.RunPython(add, remove),
        migrations.RunPython(ask_for_what_stands, migrations.RunPython.noop),
    ]
