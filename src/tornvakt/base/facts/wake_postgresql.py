"""Waking by PostgreSQL's LISTEN and NOTIFY. `wake` comes here when the database is one."""

import contextlib
import logging
import threading
import time
from typing import Any

import psycopg
from django.db import connection

log = logging.getLogger(__name__)

CHANNEL = "tornvakt"
SAFETY_POLL_S = 1.0
"""A waiter is woken at least this often where a notification could get lost."""


class PostgresWatch:
    """Hears the notifications of one server, on a connection of its own."""

    def __init__(self, params: dict[str, Any]) -> None:
        self._params = params
        self._connection: psycopg.Connection[Any] | None = None

    def wait(self, timeout: float) -> bool:
        """Return True when something was committed; False after ``timeout`` seconds."""
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
        """Give the connection back."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


_bell_lock = threading.Lock()
_bell_connection: tuple[str, psycopg.Connection[Any]] | None = None


def ring() -> None:
    """Tell the waiters that something was committed. Never fails: rows are the truth."""
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
