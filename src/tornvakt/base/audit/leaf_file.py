"""``audit/leaves``: the tree's leaves beside the database, 40 bytes each, only ever added to.

Record n, at byte 40 n: the entry's id (8 bytes, most significant first) and its leaf hash. A
database that was put back from an older copy is shorter than this file.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tornvakt.base.audit.appending import AppendFile

RECORD = 40
_NOTHING = bytes(RECORD)


class Record(NamedTuple):
    """One leaf: which entry, and its hash."""

    entry_id: int
    hash: bytes


class LeafFile:
    """The sequencer's hold on the file."""

    def __init__(self, path: Path) -> None:
        self._file = AppendFile(path)
        self._mend()

    @property
    def size(self) -> int:
        """How many leaves it holds."""
        return self._file.end // RECORD

    def last(self) -> Record | None:
        """Return the newest leaf."""
        if not self.size:
            return None
        record = self._file.read((self.size - 1) * RECORD, RECORD)
        return Record(int.from_bytes(record[:8], "big"), record[8:])

    def append(self, records: Iterable[Record]) -> None:
        """Add leaves, flushed to the disk. Raises OSError: then none of them was added."""
        self._file.append(
            b"".join(record.entry_id.to_bytes(8, "big") + record.hash for record in records)
        )

    def is_there(self) -> bool:
        """False when the file was taken away, replaced or cut under our feet."""
        return self._file.is_there()

    def reopen(self) -> None:
        """Take what lies at the path now."""
        self._file.reopen()
        self._mend()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _mend(self) -> None:
        """Cut what a kill or a power cut left half: part of a record, or records never filled."""
        self._file.cut(self.size * RECORD)
        while self.size and self._file.read((self.size - 1) * RECORD, RECORD) == _NOTHING:
            self._file.cut((self.size - 1) * RECORD)
