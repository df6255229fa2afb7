"""Reading the inbox: beside a running receiver, after one that was killed, or with none at all.

Never writes and never holds the file longer than one query, so that the writer's log can be
reused.
"""

import json
from collections.abc import Collection
from typing import Any

import apsw

from tornvakt.base.inbox import schema
from tornvakt.base.inbox.entries import COLUMNS, Entry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.refusals import InboxMissing

__all__ = ["InboxMissing", "Reader"]


class Reader:
    """One read-only connection; use it from one thread at a time."""

    def __init__(self, data: DataDir) -> None:
        """Open; raise ``InboxMissing`` until a receiver has made the inbox."""
        self._missing = InboxMissing(
            f"Det finns ingen inkorg i {data.root} ännu. Starta mottagaren först: "
            f"./tornvakt receive --data {data.root} --dc09 PORT"
        )
        if not data.inbox.exists():
            raise self._missing
        try:
            self._connection = schema.reading(data.inbox)
            if not self._has_tables():
                self._connection.close()
                raise self._missing
        except apsw.CantOpenError as error:
            raise self._missing from error
        self._version = -1

    def after(
        self, entry_id: int, limit: int = 500, kinds: Collection[int] | None = None
    ) -> list[Entry]:
        """Return entries with a higher number, oldest first, at most ``limit``.

        ``kinds`` leaves out all others. The numbers have no gaps, so a shorter list than ``limit``
        means that there were no more at this moment.
        """
        wanted = ""
        if kinds is not None:
            wanted = f"AND kind IN ({','.join(str(int(kind)) for kind in kinds)})"
        rows = self._connection.execute(
            f"SELECT {COLUMNS} FROM entry WHERE id > ? {wanted} ORDER BY id LIMIT ?",
            (entry_id, limit),
        )
        return [Entry(*row) for row in rows]

    def get(self, entry_id: int) -> Entry | None:
        """Return one entry by number."""
        row = self._connection.execute(
            f"SELECT {COLUMNS} FROM entry WHERE id = ?", (entry_id,)
        ).fetchone()
        return Entry(*row) if row else None

    def last_id(self) -> int:
        """Return the newest entry's number."""
        return int(self._connection.execute("SELECT max(id) FROM entry").get or 0)

    def changed(self) -> bool:
        """True when something was committed since the last call; the first call is True.

        Costs a look at shared memory, so it may be asked every few milliseconds.
        """
        version = self._connection.execute("PRAGMA data_version").get
        is_changed = bool(version != self._version)
        self._version = version
        return is_changed

    def genesis(self) -> dict[str, Any]:
        """Return the first row's content: installation, mode, created, seal_key, format."""
        meta = self._connection.execute("SELECT meta FROM entry ORDER BY id LIMIT 1").get
        content: dict[str, Any] = json.loads(meta)
        return content

    def pulse(self) -> tuple[int, int] | None:
        """Return the newest pulse: its number and when it was put, UTC microseconds."""
        row = self._connection.execute("SELECT n, at_us FROM pulse").fetchone()
        return (int(row[0]), int(row[1])) if row else None

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _has_tables(self) -> bool:
        return bool(
            self._connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'entry'").get
        )
