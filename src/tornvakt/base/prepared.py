"""Rows made ready for the database before the transaction that writes them.

On SQLite one process writes at a time, and among those who wait are the alarms. Most of the time it
takes to write a large register goes to making rows and statements, which needs no lock at all. So
ids are taken first, in a moment of their own; every value is brought into the database's form; and
the transaction is left with nothing to do but to write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model

AT_ONCE = 2000
"""So many rows go to the database between two words about how far it has come."""
Written = Callable[[int], None]
"""Told how many rows more have been written."""


class RowsHaveChanged(Exception):
    """A row that was to be changed is no longer as it was when the change was made ready."""


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    rows: list[tuple[Any, ...]]
    is_update: bool


class Prepared:
    """Statements in the order they are to run. :meth:`run` needs an open transaction."""

    def __init__(self) -> None:
        self._statements: list[_Statement] = []

    def insert(self, rows: Sequence[Model]) -> None:
        """Make new rows of one table ready.

        Either each has its id already (:func:`take_ids`), or none has, and gets it when written.
        """
        if not rows:
            return
        fields = [f for f in rows[0]._meta.concrete_fields if rows[0].pk or not f.primary_key]
        columns = ", ".join(_name(field) for field in fields)
        marks = ", ".join(["%s"] * len(fields))
        sql = f"INSERT INTO {_table(rows[0])} ({columns}) VALUES ({marks})"
        values = [
            tuple(_value(field, field.pre_save(row, add=True)) for field in fields) for row in rows
        ]
        self._statements.append(_Statement(sql, values, is_update=False))

    def update(self, rows: Sequence[Model], names: Sequence[str], unchanged: str = "") -> None:
        """Make changes of the named columns ready.

        ``unchanged`` names a column that must still be empty when the change is carried out.
        """
        if not rows:
            return
        meta = rows[0]._meta
        fields: list[Any] = [meta.get_field(name) for name in names]
        assert meta.pk is not None
        changes = ", ".join(f"{_name(field)} = %s" for field in fields)
        where = f"{_name(meta.pk)} = %s"
        if unchanged:
            where += f" AND {_name(meta.get_field(unchanged))} IS NULL"
        sql = f"UPDATE {_table(rows[0])} SET {changes} WHERE {where}"
        values = [
            (*(_value(field, getattr(row, field.attname)) for field in fields), row.pk)
            for row in rows
        ]
        self._statements.append(_Statement(sql, values, is_update=True))

    def run(self, written: Written) -> None:
        """Carry everything out. Raises RowsHaveChanged, and IntegrityError as the database does."""
        with connection.cursor() as cursor:
            for statement in self._statements:
                for start in range(0, len(statement.rows), AT_ONCE):
                    rows = statement.rows[start : start + AT_ONCE]
                    cursor.executemany(statement.sql, rows)
                    if statement.is_update and cursor.rowcount != len(rows):
                        raise RowsHaveChanged
                    written(len(rows))


@transaction.atomic
def take_ids(model: type[Model], count: int) -> list[int]:
    """Return ids that no other row of the table gets, whatever becomes of the caller's plans."""
    if not count:
        return []
    table, meta = model._meta.db_table, model._meta
    assert meta.pk is not None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
                [connection.ops.quote_name(table), meta.pk.column, count],
            )
            return [int(row[0]) for row in cursor.fetchall()]
        # AUTOINCREMENT keeps the highest id ever given in a table of SQLite's own, which may be
        # written to (sqlite.org/autoinc.html). A table that never had a row has no line there.
        cursor.execute("UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s", [count, table])
        if not cursor.rowcount:
            cursor.execute(
                "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count]
            )
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = int(cursor.fetchone()[0])
    return list(range(last - count + 1, last + 1))


def _table(row: Model) -> str:
    return connection.ops.quote_name(row._meta.db_table)


def _name(field: Any) -> str:
    return connection.ops.quote_name(field.column)


def _value(field: "Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_save(value, connection=connection)
