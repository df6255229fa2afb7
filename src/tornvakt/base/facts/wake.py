"""Waking other processes after a commit. It only wakes: rows are the truth.

SQLite: a connection of its own asks ``PRAGMA data_version``, which changes when another
connection has committed. PostgreSQL: NOTIFY from an autocommit connection of its own, never inside
the writing transaction, where it would make writers wait for each other.
"""

import contextlib
import logging
import threading
import time
from typing import Any, Protocol

import psycopg
from django.db import connection
from pysqlite3 import dbapi2 as sqlite

log = logging.getLogger(__name__)

CHANNEL = "tornvakt"
SQLITE_POLL_S = 0.05
SAFETY_POLL_S = 1.0
"""A waiter is woken at least this often where a notification could get lost."""


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
    return _PostgresWatch(params)


def ring() -> None:
    """Tell the waiters that something was committed. Never fails: rows are the truth."""
    if connection.vendor == "sqlite":
        return
    with _bell_lock:
        try:
            _bell().execute(f"NOTIFY {CHANNEL}")
        except psycopg.Error as error:
            log.warning("wake.ring_failed error=%s", type(error).__name__)
            _drop_bell()


def fall_silent() -> None:
    """Give the connection that rings back; the next ring opens another."""
    with _bell_lock:
        _drop_bell()


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


class _PostgresWatch:
    def __init__(self, params: dict[str, Any]) -> None:
        self._params = params
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, timeout: float) -> bool:
        try:
            if self._connection is None:
                self._connection = _autocommit(self._params)
                self._connection.execute(f"LISTEN {CHANNEL}")
                return True  # something may have happened while nobody listened
            heard = self._connection.notifies(timeout=min(timeout, SAFETY_POLL_S), stop_after=1)
            return any(True for _ in heard)
        except psycopg.Error as error:
            log.warning("wake.listen_failed error=%s", type(error).__name__)
            self.close()
            time.sleep(min(timeout, SAFETY_POLL_S))
            return False

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


_bell_lock = threading.Lock()
_bell_connection: tuple[str, psycopg.Connection[Any]] | None = None


def _bell() -> psycopg.Connection[Any]:
    global _bell_connection
    params = connection.get_connection_params()
    address = f"{params.get('host')}:{params.get('port')}/{params['dbname']}"
    if _bell_connection is None or _bell_connection[0] != address:
        _drop_bell()
        bell = _autocommit(params)
        bell.execute("SET synchronous_commit = off")
        _bell_connection = (address, bell)
    return _bell_connection[1]


def _drop_bell() -> None:
    global _bell_connection
    if _bell_connection is not None:
        with contextlib.suppress(psycopg.Error):
            _bell_connection[1].close()
        _bell_connection = None


def _autocommit(params: dict[str, Any]) -> psycopg.Connection[Any]:
    known = ("dbname", "user", "password", "host", "port", "connect_timeout", "sslmode")
    return psycopg.connect(
        autocommit=True, **{name: params[name] for name in known if name in params}
    )
