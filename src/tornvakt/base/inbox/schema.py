"""The inbox's tables and the way a connection to them is set up.

The entry table is a plain rowid table that only grows at its end and has no second index, so that
a commit touches one or two pages however large the inbox is.
"""

from pathlib import Path
from urllib.parse import quote

import apsw

from tornvakt.base.inbox.entries import COLUMNS

PAGE_BYTES = 4096
MAX_ROWS = 256
"""Rows in one INSERT. Each row takes eleven variables of SQLite's 32,766."""
BUSY_MS = 5000

CREATE = """
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    at_us INTEGER NOT NULL,
    stored_at_us INTEGER NOT NULL,
    account TEXT NOT NULL,
    path TEXT NOT NULL,
    dup_key BLOB NOT NULL,
    raw BLOB NOT NULL,
    plain BLOB NOT NULL,
    meta BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE seal (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    at_us INTEGER NOT NULL,
    signature BLOB NOT NULL
);
CREATE TABLE pulse (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    n INTEGER NOT NULL,
    at_us INTEGER NOT NULL
);
"""


def on_one_line(sql: str) -> str:
    """Return it with every run of white space as one blank, for comparing."""
    return " ".join(sql.split())


TABLES = [
    ("table", sql.split()[2], sql.split()[2], on_one_line(sql))
    for sql in CREATE.split(";")
    if sql.strip()
]
"""Type, name, table and text of everything ``sqlite_master`` may hold."""

_ROW = "(?,?,?,?,?,?,?,?,?,?,?)"
_INSERTS = [
    "",
    *(
        f"INSERT INTO entry ({COLUMNS}) VALUES {','.join([_ROW] * n)}"
        for n in range(1, MAX_ROWS + 1)
    ),
]

SET_PULSE = "INSERT OR REPLACE INTO pulse (one, n, at_us) VALUES (1, ?, ?)"
ADD_SEAL = "INSERT OR IGNORE INTO seal (id, hash, at_us, signature) VALUES (?, ?, ?, ?)"
"""A row is sealed once: the keeper and the writer may both come to it."""


def insert(rows: int) -> str:
    """Return the INSERT for so many rows, 1 to ``MAX_ROWS``.

    One statement, not one per row: each call into SQLite lets go of Python's lock and may wait for
    it again while the main thread parses frames.
    """
    return _INSERTS[rows]


def writing(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Open the inbox for the writer, creating the file; settings of decisions D4 and D5.

    ``synchronous=FULL`` is what makes an acknowledgement true: NORMAL does not flush the log at a
    commit. Automatic checkpoints are off because they would stall the writer.
    """
    connection = apsw.Connection(str(path), vfs=vfs, statementcachesize=MAX_ROWS + 40)
    connection.set_busy_timeout(BUSY_MS)
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
    connection.execute("PRAGMA mmap_size=0")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-4096")
    connection.wal_autocheckpoint(0)
    # Not even when Python lets go of the connection on its way out after a failed flush.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    return connection


def reading(path: Path) -> apsw.Connection:
    """Open the inbox for reading beside a running writer; the file must exist."""
    connection = apsw.Connection(
        f"file:{quote(str(path))}?mode=ro",
        flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
    )
    connection.set_busy_timeout(BUSY_MS)
    connection.execute("PRAGMA mmap_size=0")
    connection.execute("PRAGMA query_only=ON")
    return connection
