"""The tables and what keeps them insert-only, as the format page gives them.

A view in a table's place, a trigger that is gone or another one could let the log be changed, or
hide rows from whoever reads it.
"""

from collections.abc import Callable
from typing import Any

TABLES = ("audit_carried", "audit_checkpoint", "audit_entry", "audit_leaf", "audit_pending")
KEYS = {"audit_entry": "id", "audit_leaf": "number", "audit_checkpoint": "size"}

SQLITE_TRIGGERS = {
    f"{table}_no_{verb.lower()}": f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON"
    f" {table} BEGIN SELECT RAISE(ABORT, 'the audit log is insert-only'); END"
    for table in KEYS
    for verb in ("UPDATE", "DELETE")
}
SQLITE_TRIGGERS |= {
    f"{table}_no_replace": f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS"
    f" (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) BEGIN SELECT RAISE(ABORT, 'the audit log is"
    " insert-only'); END"
    for table, key in KEYS.items()
}
SQLITE_TRIGGERS["audit_entry_pending"] = (
    "CREATE TRIGGER audit_entry_pending AFTER INSERT ON audit_entry BEGIN INSERT INTO audit_pending"
    " (entry_id, since_us) VALUES (NEW.id, CAST((julianday('now') - 2440587.5) * 86400000000.0 AS"
    " INTEGER)); END"
)
POSTGRESQL_TRIGGERS = {
    f"{table}_no_{what}": "audit_insert_only" for table in KEYS for what in ("change", "truncate")
} | {"audit_entry_pending": "audit_note_pending"}

Ask = Callable[..., list[tuple[Any, ...]]]


def sqlite_problems(ask: Ask) -> list[str]:
    """Compare with ``sqlite_master``."""
    found = {
        _text(name): (_text(kind), " ".join(_text(sql).split()))
        for kind, name, sql in ask(
            "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE tbl_name LIKE 'audit_%'"
            " AND type <> 'index'"
        )
    }
    problems = [
        f"Tabellen {table} är borta eller utbytt."
        for table in TABLES
        if found.get(table, ("", ""))[0] != "table"
    ]
    for name, sql in SQLITE_TRIGGERS.items():
        if found.get(name) != ("trigger", sql):
            problems.append(f"Spärren {name} är borttagen eller ändrad: loggen går att skriva om.")
    foreign = sorted(set(found) - set(SQLITE_TRIGGERS) - set(TABLES))
    return problems + [
        f"Databasen har ett främmande föremål vid loggen: {name}." for name in foreign
    ]


def postgresql_problems(ask: Ask) -> list[str]:
    """Compare with the system tables; ``tgenabled`` O is a trigger that works."""
    of_ours = "SELECT relname, relkind::text FROM pg_class WHERE relname LIKE 'audit\\_%%'"
    kinds: dict[Any, Any] = dict(ask(of_ours))
    problems = [
        f"Tabellen {table} är borta eller utbytt."
        for table in TABLES
        if kinds.get(table) not in ("r", "p")
    ]
    found = {
        name: (function, state)
        for name, function, state in ask(
            "SELECT t.tgname, p.proname, t.tgenabled::text FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE c.relname LIKE 'audit\\_%%' AND NOT t.tgisinternal"
        )
    }
    for name, function in POSTGRESQL_TRIGGERS.items():
        if found.get(name) != (function, "O"):
            problems.append(
                f"Spärren {name} är borttagen eller avstängd: loggen går att skriva om."
            )
    functions = "SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'audit\\_%%'"
    bodies: dict[Any, Any] = dict(ask(functions))
    if "RAISE EXCEPTION 'the audit log is insert-only'" not in bodies.get("audit_insert_only", ""):
        problems.append("Spärrens funktion audit_insert_only är ändrad: loggen går att skriva om.")
    foreign = sorted(set(found) - set(POSTGRESQL_TRIGGERS))
    return problems + [f"Databasen har en främmande spärr vid loggen: {name}." for name in foreign]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
