"""Waking other processes after a commit. It only wakes: rows are the truth.

SQLite: a connection of its own asks ``PRAGMA data_version``, which changes when another
connection has committed. PostgreSQL: NOTIFY from an autocommit connection of its own, never inside
the writing transaction, where it would make writers wait for each other.
"""

import sys
import time
from typing import Any, Protocol

from django.db import connection
from pysqlite3 import dbapi2 as sqlite

SQLITE_POLL_S = 0.05
_POSTGRESQL = "tornvakt.base.facts.wake_postgresql"


class Watch(Protocol):
    """Waits for commits of other connections. Use one in one thread."""

    def wait(self, timeout: float) -> bool:
        """Return True when something was committed; False after ``timeout`` seconds."""

    def close(self) -> None:
        """Give the connection back."""


def watch() -> Watch:
    """Return a watch for the database this process uses."""
    params = connection.get_connection_params()
    if connection.vendor == "sqlite":
        return _SqliteWatch(params["database"])
    # Its library costs the web a tenth of its start: not where there is no such server.
    from tornvakt.base.facts import wake_postgresql

    return wake_postgresql.PostgresWatch(params)


def ring() -> None:
    """Tell the waiters that something was committed. Never fails: rows are the truth."""
    if connection.vendor == "sqlite":
        return
    from tornvakt.base.facts import wake_postgresql

    wake_postgresql.ring()


def fall_silent() -> None:
    """Give the connection that rings back; the next ring opens another."""
    if bell := sys.modules.get(_POSTGRESQL):
        bell.fall_silent()


class _SqliteWatch:
    def __init__(self, database: str) -> None:
        self._database = database
        self._connection: Any = None
        self._version = self._read()

    def wait(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while True:
            version = self._read()
            if version != self._version:
                self._version = version
                return True
            left = end - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(SQLITE_POLL_S, left))

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _read(self) -> int | None:
        try:
            if self._connection is None:
                self._connection = sqlite.connect(
                    self._database, uri=True, check_same_thread=False, isolation_level=None
                )
            row = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite.Error:
            self.close()
            return None
        return int(row[0])
