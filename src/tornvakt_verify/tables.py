"""The file's tables: exactly the three of the reference page, and its pages in order.

A trigger could swallow rows, a view or a table made otherwise could hide them.
"""

import sqlite3
from collections import Counter
from typing import Any

from tornvakt_verify.opening import UNREADABLE

TABLES = {
    "entry": (
        "CREATE TABLE entry ( id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, at_us INTEGER NOT "
        "NULL, stored_at_us INTEGER NOT NULL, account TEXT NOT NULL, path TEXT NOT NULL, dup_key "
        "BLOB NOT NULL, raw BLOB NOT NULL, plain BLOB NOT NULL, meta BLOB NOT NULL, hash BLOB NOT "
        "NULL )"
    ),
    "seal": (
        "CREATE TABLE seal ( id INTEGER PRIMARY KEY, hash BLOB NOT NULL, at_us INTEGER NOT NULL, "
        "signature BLOB NOT NULL )"
    ),
    "pulse": (
        "CREATE TABLE pulse ( one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, at_us "
        "INTEGER NOT NULL )"
    ),
}
"""Each table as ``sqlite_master`` holds it, every run of white space as one blank."""


def check_tables(connection: sqlite3.Connection) -> list[str]:
    """Return what is foreign, made otherwise or missing; names alone prove nothing."""
    wanted = Counter(("table", name, name, sql) for name, sql in TABLES.items())
    found = Counter(
        (_text(kind), _text(name), _text(table), " ".join(_text(sql).split()))
        for kind, name, table, sql in connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master"
        )
    )
    missing = {name for _, name, _, _ in (wanted - found)}
    problems = []
    for kind, name, _, _ in sorted((found - wanted).elements()):
        if kind == "table" and name in missing:
            missing.remove(name)
            problems.append(f"Tabellen {name} är gjord på ett annat sätt än inkorgens.")
        else:
            problems.append(f"Inkorgen har ett främmande föremål: {kind} {name}.")
    return problems + [f"Tabellen {name} är borta." for name in sorted(missing)]


def check_structure(connection: sqlite3.Connection) -> list[str]:
    """Let SQLite look through the pages of the file itself; a quarter second for a million rows."""
    try:
        found = [text for (text,) in connection.execute("PRAGMA quick_check(1)")]
    except UNREADABLE as error:
        return [f"Databasfilens uppbyggnad är skadad: {error}."]
    if found == [b"ok"]:
        return []
    words = " ".join(b" ".join(found).decode("utf-8", "replace").split())
    return [f"Databasfilens uppbyggnad är skadad: {words}."]


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
