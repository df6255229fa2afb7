"""Tables whose rows can be added and never changed or removed: the database itself refuses.

For migrations: ``migrations.RunPython(*append_only.guards(table="key"))``. What stands here is part
of every migration that has used it: it is not changed, another way gets another name. (The tables
of the audit log and the incidents' timeline were guarded before this was here, by migrations of
their own.)
"""

from collections.abc import Callable

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor

Step = Callable[[Apps, Editor], None]


def guards(**tables: str) -> tuple[Step, Step]:
    """Return what guards these tables (name and primary key), and what takes the guards off."""

    def add(_apps: Apps, editor: Editor) -> None:
        for table, key in tables.items():
            for statement in _made(editor.connection.vendor, table, key):
                editor.execute(statement, params=None)

    def remove(_apps: Apps, editor: Editor) -> None:
        for table in tables:
            for statement in _gone(editor.connection.vendor, table):
                editor.execute(statement, params=None)

    return add, remove


def _made(vendor: str, table: str, key: str) -> list[str]:
    said = f"'{table} is append-only'"
    if vendor == "sqlite":
        refusal = f"BEGIN SELECT RAISE(ABORT, {said}); END"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refusal}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refusal}",
            # INSERT OR REPLACE removes the old row without asking the trigger against removal.
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}"
            f" WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) {refusal}",
        ]
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION {said}; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_append_only()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def _gone(vendor: str, table: str) -> list[str]:
    if vendor == "sqlite":
        return [f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete", "replace")]
    return [
        *[f"DROP TRIGGER {table}_no_{verb} ON {table}" for verb in ("change", "truncate")],
        f"DROP FUNCTION {table}_append_only()",
    ]
