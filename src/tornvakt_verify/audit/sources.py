"""The log's tables, in an SQLite file or a PostgreSQL database, read in one transaction.

Nothing is written. Texts come as bytes from SQLite, so that a damaged one does not stop the
reading, and as str from PostgreSQL.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from tornvakt_verify.audit import structure
from tornvakt_verify.audit.marks import Point
from tornvakt_verify.opening import UNREADABLE, opened
from tornvakt_verify.report import CannotVerify

ENTRY = (
    "e.id, e.at_us, e.kind, e.action, e.actor, e.roles, e.room, e.on_kind, e.on_id, e.purpose,"
    " e.result, e.count, e.params, e.request"
)
_LEAVES = (
    f"SELECT l.number, l.entry_id, l.hash, {ENTRY} FROM audit_leaf l"
    " LEFT JOIN audit_entry e ON e.id = l.entry_id%s"
    " WHERE l.number >= ? AND l.number < ? ORDER BY l.number"
)
_IDS = "SELECT min(entry_id), max(entry_id) FROM audit_leaf WHERE number >= ? AND number < ?"

Rows = list[tuple[Any, ...]]


class Source(Protocol):
    """Where the tables are."""

    name: str
    unreadable: tuple[type[Exception], ...]
    """What a damaged place raises when it is read."""

    def ask(self, sql: str, *values: Any) -> Rows:
        """Return the rows of a query; ``?`` stands for a value."""

    def leaves(self, start: int, end: int) -> Rows:
        """Return the numbers from ``start`` up to ``end``, each with its hash and its entry."""

    def structure(self) -> list[str]:
        """Return what is wrong with the tables and their triggers."""

    def last_given_id(self) -> int:
        """Return the newest id the database has given to an entry, kept or not."""


class _Sqlite:
    unreadable: tuple[type[Exception], ...] = UNREADABLE

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.name = "SQLite"
        self._connection = connection

    def ask(self, sql: str, *values: Any) -> Rows:
        return self._connection.execute(sql, values).fetchall()

    def leaves(self, start: int, end: int) -> Rows:
        return self.ask(_LEAVES % "", start, end)

    def structure(self) -> list[str]:
        return structure.sqlite_problems(self.ask)

    def last_given_id(self) -> int:
        rows = self.ask("SELECT seq FROM sqlite_sequence WHERE name = 'audit_entry'")
        return int(rows[0][0]) if rows else 0


class _Postgres:
    unreadable: tuple[type[Exception], ...] = ()

    def __init__(self, connection: Any, name: str) -> None:
        self.name = name
        self._connection = connection

    def ask(self, sql: str, *values: Any) -> Rows:
        query = sql.replace("?", "%s")
        rows: Rows = self._connection.execute(query, values or None, binary=True).fetchall()
        return rows

    def leaves(self, start: int, end: int) -> Rows:
        """As promised. Told which ids to look among, PostgreSQL does not read the whole table."""
        ((lowest, highest),) = self.ask(_IDS, start, end)
        among = " AND e.id BETWEEN ? AND ?"
        return self.ask(_LEAVES % among, lowest, highest, start, end)

    def structure(self) -> list[str]:
        return structure.postgresql_problems(self.ask)

    def last_given_id(self) -> int:
        rows = self.ask("SELECT last_value FROM audit_entry_id_seq")
        return int(rows[0][0]) if rows else 0


@contextmanager
def source(data: Path, url: str) -> Iterator[Source]:
    """Open the database of a data directory. Raises CannotVerify when there is none."""
    if url:
        yield from _postgresql(url)
        return
    database = data / "main.db"
    if not database.exists():
        raise CannotVerify(
            f"Databasen {database} finns inte. Ligger den i PostgreSQL: sätt TORNVAKT_DATABASE_URL."
        )
    is_in_use = Path(f"{database}-shm").exists()
    with opened(database, is_running=is_in_use, at_least=0) as connection:
        connection.execute("BEGIN")
        found: Source = _Sqlite(connection)
        _require_tables(found)
        yield found


def _postgresql(url: str) -> Iterator[Source]:
    try:
        import psycopg
    except ImportError:
        raise CannotVerify("För PostgreSQL behövs psycopg: pip install psycopg.") from None
    parts = urlsplit(url)
    name = f"PostgreSQL {parts.hostname or ''}{parts.path}"
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            connection.execute("SET LOCAL work_mem = '64MB'")  # a chunk is sorted in memory
            connection.execute("SET LOCAL jit = off")  # it costs more than such queries do
            found: Source = _Postgres(connection, name)
            _require_tables(found)
            yield found
            connection.rollback()
    except psycopg.Error as error:
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise CannotVerify(f"Databasen gick inte att läsa: {words[0]}") from error


def _require_tables(found: Source) -> None:
    try:
        there = found.ask(
            "SELECT count(*) FROM sqlite_master WHERE name = 'audit_entry'"
            if found.name == "SQLite"
            else "SELECT count(*) FROM pg_class WHERE relname = 'audit_entry'"
        )
    except UNREADABLE as error:
        raise CannotVerify(f"Databasfilen går inte att läsa: {error}") from error
    if not there[0][0]:
        raise CannotVerify("Databasen har ingen granskningslogg: tabellen audit_entry finns inte.")


def points(found: Source) -> tuple[list[Point], list[str]]:
    """Return the checkpoints in the database, oldest first, and what is wrong with them."""
    good, problems = [], []
    rows = found.ask("SELECT size, root, at_us, signature FROM audit_checkpoint ORDER BY size")
    for size, root, at_us, signature in rows:
        is_whole = isinstance(root, bytes) and isinstance(signature, bytes)
        if is_whole and type(size) is int and type(at_us) is int:
            good.append(Point(size, root, at_us, signature))
        else:
            problems.append(f"Kontrollpunkten vid {size} i databasen är ändrad.")
    return good, problems
