"""One walk over every numbered entry: three witnesses are compared for each number.

E is the hash of the entry as it stands, D the one stored in the database, F the one in the leaf
file. Where they agree all is well, or all three were forged, and that the checkpoints' roots tell.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from tornvakt_verify.audit.hashing import Row, Tree, entry_hash
from tornvakt_verify.audit.marks import RECORD
from tornvakt_verify.audit.sources import Source

CHUNK = 20_000
KEPT = 5_000
"""So many misfits are looked at one by one; more are only counted."""


class Misfit(NamedTuple):
    """A number whose witnesses do not agree. None: there is no such witness."""

    number: int
    entry_id: int
    row: Row | None
    entry: bytes | None
    database: bytes | None
    file: bytes | None
    file_id: int


class Walk:
    """What one walk found."""

    def __init__(self, source: Source, leaves: bytes, sizes: set[int]) -> None:
        self._source = source
        self._leaves = leaves
        self.tree = Tree(sizes)
        self.is_tree_whole = True
        """False behind a number that neither the database nor the file knows."""
        self.size = 0
        self.rows = 0
        self.misfits: list[Misfit] = []
        self.more = 0
        self.unreadable: list[tuple[int, str]] = []
        self.first_at_us = 0
        self.last_at_us = 0

    def run(self, progress: Callable[[int], None]) -> None:
        """Read every number, lowest first."""
        top = self._source.ask("SELECT max(number) FROM audit_leaf")[0][0]
        self.size = 0 if top is None else int(top) + 1
        for start in range(0, self.size, CHUNK):
            end = min(start + CHUNK, self.size)
            try:
                rows = self._source.leaves(start, end)
            except self._source.unreadable as error:
                rows = self._one_by_one(start, end, str(error))
            self._check(rows, start, end)
            progress(self.rows)

    def _one_by_one(self, start: int, end: int, why: str) -> list[tuple[Any, ...]]:
        """Read round a damaged place of the file."""
        rows = []
        for number in range(start, end):
            try:
                rows += self._source.leaves(number, number + 1)
            except self._source.unreadable:
                self.unreadable.append((number, why))
        return rows

    def _check(self, rows: list[tuple[Any, ...]], start: int, end: int) -> None:
        """The hot loop: a few microseconds for each entry."""
        leaves, tree = self._leaves, self.tree
        file_end = len(leaves)
        expected = start
        for row in rows:
            number, entry_id, stored = row[:3]
            while expected < number:
                self._absent(expected)
                expected += 1
            expected += 1
            found = None if row[3] is None else entry_hash(row[3:])
            place = RECORD * number
            if found != stored or (
                place < file_end
                and leaves[place : place + RECORD] != entry_id.to_bytes(8, "big") + stored
            ):
                self._misfit(
                    number, entry_id, row[3:] if found is not None else None, found, stored
                )
            if type(stored) is bytes:
                tree.add(stored)
            else:
                self.is_tree_whole = False
        while expected < end:
            self._absent(expected)
            expected += 1
        if rows:
            self.rows += len(rows)
            times = [row[4] for row in (rows[0], rows[-1]) if type(row[4]) is int]
            if times:
                self.first_at_us = self.first_at_us or times[0]
                self.last_at_us = times[-1]

    def _absent(self, number: int) -> None:
        """Go on with the file's word for a number the database lacks."""
        file_id, file = self._filed(number)
        self._misfit(number, file_id, None, None, None)
        if file is None:
            self.is_tree_whole = False
        else:
            self.tree.add(file)

    def _misfit(
        self, number: int, entry_id: int, row: Row | None, entry: bytes | None, stored: Any
    ) -> None:
        if len(self.misfits) >= KEPT:
            self.more += 1
            return
        file_id, file = self._filed(number)
        database = stored if isinstance(stored, bytes) else None
        self.misfits.append(Misfit(number, entry_id, row, entry, database, file, file_id))

    def _filed(self, number: int) -> tuple[int, bytes | None]:
        record = self._leaves[RECORD * number : RECORD * (number + 1)]
        if len(record) < RECORD:
            return 0, None
        return int.from_bytes(record[:8], "big"), record[8:]


def file_tree(leaves: bytes, sizes: set[int]) -> Tree:
    """Return the tree that the leaf file alone makes."""
    tree = Tree(sizes)
    for place in range(0, len(leaves), RECORD):
        tree.add(leaves[place + 8 : place + RECORD])
    return tree
