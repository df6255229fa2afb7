"""Entries, leaves and checkpoints can be added, never changed or removed; entries queue up.

The database itself refuses. An entry that is added stands in ``audit_pending`` until the sequencer
has numbered it, also when it came by plain SQL.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor

TABLES = {"audit_entry": "id", "audit_leaf": "number", "audit_checkpoint": "size"}

SQLITE = [
    f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
        BEGIN SELECT RAISE(ABORT, 'the audit log is insert-only'); END"""
    for table in TABLES
    for verb in ("UPDATE", "DELETE")
] + [
    # INSERT OR REPLACE removes the old row without asking the trigger against removal.
    f"""CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})
        BEGIN SELECT RAISE(ABORT, 'the audit log is insert-only'); END"""
    for table, key in TABLES.items()
] + [
    """CREATE TRIGGER audit_entry_pending AFTER INSERT ON audit_entry
       BEGIN INSERT INTO audit_pending (entry_id, since_us) VALUES
       (NEW.id, CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)); END"""
]
SQLITE_BACK = [
    f"DROP TRIGGER {table}_no_{verb}"
    for table in TABLES
    for verb in ("update", "delete", "replace")
] + ["DROP TRIGGER audit_entry_pending"]

POSTGRESQL = [
    """CREATE FUNCTION audit_insert_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit log is insert-only'; END $$""",
    """CREATE FUNCTION audit_note_pending() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN INSERT INTO audit_pending (entry_id, since_us) VALUES
       (NEW.id, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint); RETURN NULL; END $$""",
    """CREATE TRIGGER audit_entry_pending AFTER INSERT ON audit_entry
       FOR EACH ROW EXECUTE FUNCTION audit_note_pending()""",
]
for _table in TABLES:
    POSTGRESQL += [
        f"""CREATE TRIGGER {_table}_no_change BEFORE UPDATE OR DELETE ON {_table}
            FOR EACH ROW EXECUTE FUNCTION audit_insert_only()""",
        f"""CREATE TRIGGER {_table}_no_truncate BEFORE TRUNCATE ON {_table}
            FOR EACH STATEMENT EXECUTE FUNCTION audit_insert_only()""",
    ]
POSTGRESQL_BACK = [
    f"DROP TRIGGER {table}_no_{verb} ON {table}"
    for table in TABLES
    for verb in ("change", "truncate")
] + [
    "DROP TRIGGER audit_entry_pending ON audit_entry",
    "DROP FUNCTION audit_note_pending()",
    "DROP FUNCTION audit_insert_only()",
]


def _run(editor: Editor, sqlite: list[str], postgresql: list[str]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement, params=None)


def add(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE, POSTGRESQL)


def remove(apps: Apps, editor: Editor) -> None:
    _run(editor, SQLITE_BACK, POSTGRESQL_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(add, remove)]
