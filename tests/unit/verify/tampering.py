"""What an intruder does to an inbox, and an inbox to do it to."""

import sqlite3

from tornvakt.base.inbox.entries import NO_HASH, NewEntry, chained
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify import verify


def tamper(data: DataDir, *statements: str) -> None:
    connection = sqlite3.connect(data.inbox)
    with connection:
        for sql in statements:
            connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rechain(data: DataDir, first: int, last: int = 1 << 40) -> None:
    """Compute the hashes anew from a row on, as an intruder who knows the format would."""
    connection = sqlite3.connect(data.inbox)
    with connection:
        head = NO_HASH
        for (before,) in connection.execute("SELECT hash FROM entry WHERE id = ?", (first - 1,)):
            head = before
        rows = connection.execute(
            "SELECT id, stored_at_us, kind, at_us, account, path, dup_key, raw, plain, meta "
            "FROM entry WHERE id BETWEEN ? AND ? ORDER BY id",
            (first, last),
        ).fetchall()
        for number, stored_at_us, *fields in rows:
            head = chained(head, number, stored_at_us, NewEntry(*fields))
            connection.execute("UPDATE entry SET hash = ? WHERE id = ?", (head, number))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def problems(data: DataDir) -> list[str]:
    return verify(data.root).problems
