"""Opening an inbox so that not a byte of it changes: no checkpoint, no recovery, no new file.

SQLite's newest rows stand in the write-ahead log beside the database. A reader needs them, and
an ordinary reader would make or rebuild an index file for that. Four cases:

* A receiver runs (it holds ``receiver/lock``): read beside it, sharing its index.
* No log, no index: nothing can change under us, the file is opened as immutable.
* A log with an index, after a kill: the index is opened read-only and rebuilt in memory.
* A log without index, such as a backup copy: database and log are copied away and read there.
"""

import fcntl
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

UNREADABLE = (sqlite3.DatabaseError, UnicodeDecodeError)
"""What reading a damaged file raises; the second when the damage reaches SQLite's own message."""


def is_receiver_running(lock: Path) -> bool:
    """True when some process holds the receiver's lock."""
    try:
        descriptor = os.open(lock, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def opened(database: Path, *, is_running: bool, at_least: int) -> Iterator[sqlite3.Connection]:
    """Open for reading. ``at_least``: a row number known to have existed.

    A read-only index can show an older state while some other reader is at work. When row
    ``at_least`` does not show, the file is opened once more in the ordinary read-only way.
    """
    log = Path(f"{database}-wal")
    index = Path(f"{database}-shm")
    has_log = log.exists() and log.stat().st_size > 0
    if is_running:
        yield from _closing(_connect(database, "mode=ro"))
    elif not has_log and not index.exists():
        yield from _closing(_connect(database, "mode=ro&immutable=1"))
    elif index.exists():
        connection = _connect(database, "mode=ro&readonly_shm=1")
        if not _reaches(connection, at_least):
            connection.close()
            connection = _connect(database, "mode=ro")
        yield from _closing(connection)
    else:
        with tempfile.TemporaryDirectory(prefix="tornvakt-verify-") as folder:
            copy = Path(folder) / database.name
            shutil.copyfile(database, copy)
            shutil.copyfile(log, f"{copy}-wal")
            yield from _closing(_connect(copy, "mode=ro"))


def _connect(database: Path, how: str) -> sqlite3.Connection:
    uri = f"file:{quote(str(database.resolve()))}?{how}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=10)
    connection.text_factory = bytes  # a damaged text must not stop the reading
    return connection


def _reaches(connection: sqlite3.Connection, at_least: int) -> bool:
    try:
        found = connection.execute("SELECT max(id) FROM entry").fetchone()[0]
    except UNREADABLE:
        return False
    return isinstance(found, int) and found >= at_least


def _closing(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield connection
    finally:
        connection.close()
