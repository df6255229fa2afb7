"""Django's SQLite backend on the library that `pysqlite3` brings along (3.53).

The standard library's `sqlite3` links whatever the system has. Debian 12 has 3.40, and SQLite from
3.7.0 to 3.51.2 can damage a database in WAL mode when two connections write or checkpoint at the
same moment. Nothing else differs from Django's backend: same SQL, same types, same converters.
Two options are our own: with ``must_exist`` a file that is gone is an error, and not a new, empty
database in which nobody's alarms are; with ``kept_open`` so many connections are kept for whoever
asks next. Every request has a thread of its own and thereby a connection of its own, and opening
one costs as much as all it is asked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3._functions import (  # type: ignore[import-untyped]
    register as register_functions,
)
from django.db.backends.sqlite3.features import DatabaseFeatures as DjangoFeatures
from django.utils.asyncio import async_unsafe
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from pysqlite3 import dbapi2 as Database

# Converters and adapters belong to the module that registers them, so Django's have to be
# registered once more with this one.
Database.register_converter("bool", b"1".__eq__)
Database.register_converter("date", lambda raw: parse_date(raw.decode()))
Database.register_converter("time", lambda raw: parse_time(raw.decode()))
Database.register_converter("datetime", lambda raw: parse_datetime(raw.decode()))
Database.register_converter("timestamp", lambda raw: parse_datetime(raw.decode()))
Database.register_adapter(Decimal, str)
Database.register_adapter(date, date.isoformat)
Database.register_adapter(datetime, lambda moment: moment.isoformat(" "))


class DatabaseFeatures(DjangoFeatures):
    """What this newer library can do."""

    # Django assumes 999 for ancient builds; the library allows 32,766. Fewer statements per batch.
    max_query_params = 30_000


class Cursor(Database.Cursor):  # type: ignore[misc]  # the library has no stubs
    """A cursor that understands Django's ``%s`` placeholders."""

    convert_query = base.SQLiteCursorWrapper.convert_query

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement; ``params`` is a sequence or a mapping."""
        if params is None:
            return super().execute(query)
        names = list(params) if isinstance(params, Mapping) else None
        return super().execute(self.convert_query(query, param_names=names), params)

    def executemany(self, query: str, param_list: Iterable[Any]) -> Any:
        """Run one statement for each set of parameters."""
        rows = list(param_list)
        names = list(rows[0]) if rows and isinstance(rows[0], Mapping) else None
        return super().executemany(self.convert_query(query, param_names=names), rows)


class KeptOpen:
    """Connections nobody uses just now, by the file they lead to. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[tuple[tuple[int, int], Any]] = []

    def take(self, path: str) -> Any:
        """Return an open connection to the file that lies at ``path`` now; None if there is none.

        One to a file that was moved away is closed: what it says is no longer the truth.
        """
        here = _identity(path)
        with self._lock:
            while self._idle:
                identity, connection = self._idle.pop()
                if identity == here:
                    return connection
                connection.close()
        return None

    def keep(self, path: str, connection: Any, at_most: int) -> bool:
        """Keep a connection that is in no transaction; False when there are enough."""
        here = _identity(path)
        with self._lock:
            if here is None or len(self._idle) >= at_most:
                return False
            self._idle.append((here, connection))
        return True

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for _, connection in self._idle:
                connection.close()
            self._idle.clear()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 (asked at every request; a Path costs more than this)
    except OSError:
        return None
    return found.st_dev, found.st_ino


kept_open = KeptOpen()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection through `pysqlite3`."""

    Database = Database
    features_class = DatabaseFeatures
    init_commands: list[str]

    def get_connection_params(self) -> dict[str, Any]:
        """As Django's; the types are declared by this library's own constants."""
        params: dict[str, Any] = super().get_connection_params()
        params.pop("kept_open", None)
        if params.pop("must_exist", False):
            params["database"] = f"file:{quote(str(params['database']))}?mode=rw"
        return params | {"detect_types": Database.PARSE_DECLTYPES | Database.PARSE_COLNAMES}

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file and set what every connection needs, foreign keys first."""
        kept = kept_open.take(self._path) if self._most_kept else None
        if kept is not None:
            return kept
        connection = Database.connect(**conn_params)
        register_functions(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA legacy_alter_table = OFF")
        for command in filter(None, map(str.strip, self.init_commands)):
            connection.execute(command)
        return connection

    def _close(self) -> None:  # Django calls it from `close`; its stubs leave it out
        connection = self.connection
        may_be_kept = self._most_kept and connection is not None and not connection.in_transaction
        if may_be_kept and kept_open.keep(self._path, connection, self._most_kept):
            return
        super()._close()  # type: ignore[misc]

    @property
    def _path(self) -> str:
        return str(self.settings_dict["NAME"])

    @property
    def _most_kept(self) -> int:
        return int(self.settings_dict["OPTIONS"].get("kept_open", 0))

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor of ours; SQLite has no named ones."""
        return self.connection.cursor(factory=Cursor)
