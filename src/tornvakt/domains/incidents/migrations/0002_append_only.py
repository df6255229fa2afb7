"""Timeline entries can be added, never changed or removed: the database itself refuses."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor

SQLITE = [
    """CREATE TRIGGER incidents_logentry_no_{verb} BEFORE {verb} ON incidents_logentry
       BEGIN SELECT RAISE(ABORT, 'the timeline is append-only'); END""".format(verb=verb)
    for verb in ("UPDATE", "DELETE")
]
SQLITE_BACK = [f"DROP TRIGGER incidents_logentry_no_{verb}" for verb in ("UPDATE", "DELETE")]
POSTGRESQL = [
    """CREATE FUNCTION incidents_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the timeline is append-only'; END $$""",
    """CREATE TRIGGER incidents_logentry_no_change BEFORE UPDATE OR DELETE ON incidents_logentry
       FOR EACH ROW EXECUTE FUNCTION incidents_append_only()""",
]
POSTGRESQL_BACK = [
    "DROP TRIGGER incidents_logentry_no_change ON incidents_logentry",
    "DROP FUNCTION incidents_append_only()",
]


def _run(editor: Editor, sqlite: list[str], postgresql: list[str]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement, params=None)


def add(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE, POSTGRESQL)


def remove(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
