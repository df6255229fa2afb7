"""The chain: every row's hash covers the row before it.

A row that does not fit is looked at more closely afterwards, so that the report can say whether it
was changed, removed or swapped with another, and does not blame its innocent neighbour.
"""

import sqlite3
import struct
from collections.abc import Callable, Container
from hashlib import sha256
from typing import Any, NamedTuple

from tornvakt_verify.opening import UNREADABLE

CHUNK = 20_000
"""Rows read in one query; short queries let a running receiver reuse its log."""
NO_HASH = bytes(32)
GENESIS = 0
"""Kind of the first row, which alone may have any number."""
COMPARED = 200
"""With more misfits than this they are no longer compared pair by pair."""
BEYOND = 1000
"""Row numbers tried behind an unreadable place, past the last one the watermark knows of."""
UNSEALED_US = 180_000_000
"""Rows between two seals that span more than this were once sealed, or are not the ones that were:
the receiver seals what has waited two minutes before it adds anything."""

COLUMNS = "id, kind, at_us, stored_at_us, account, path, dup_key, raw, plain, meta, hash"
_HEAD = struct.Struct(">4sQBqqHHHIII")
_TYPES = (
    "typeof(kind) <> 'integer' OR typeof(at_us) <> 'integer' OR typeof(stored_at_us) <> 'integer'"
    " OR typeof(account) <> 'text' OR typeof(path) <> 'text' OR typeof(dup_key) <> 'blob'"
    " OR typeof(raw) <> 'blob' OR typeof(plain) <> 'blob' OR typeof(meta) <> 'blob'"
    " OR typeof(hash) <> 'blob'"
)

Row = tuple[Any, ...]


class Misfit(NamedTuple):
    """A row whose hash does not follow from its content and the row before."""

    before: bytes
    """Stored hash of the row before it."""
    row: Row


def row_hash(before: bytes, number: int, row: Row) -> bytes:
    """Return the hash a row should have at place ``number``; empty when it has none."""
    _, kind, at_us, stored_at_us, account, path, key, raw, plain, meta, _ = row
    try:
        head = _HEAD.pack(
            b"TVJ1", number, kind, at_us, stored_at_us, len(account), len(path),
            len(key), len(raw), len(plain), len(meta),
        )  # fmt: skip
        return sha256(b"".join((before, head, account, path, key, raw, plain, meta))).digest()
    except (TypeError, struct.error):
        return b""


class Chain:
    """Walks through all rows once. ``hashes`` holds those of the rows asked for in ``watched``.

    ``sealed``: the rows with a seal in the inbox, all of them among the watched.
    """

    def __init__(
        self, watched: Container[int], known_last: int, sealed: Container[int] = ()
    ) -> None:
        self._watched = watched
        self._sealed = sealed
        self._group, self._seal_by = 0, 0
        self._known_last = known_last
        self.hashes: dict[int, bytes] = {}
        self.rows = 0
        self.first: Row | None = None
        self.last: Row | None = None
        self.gaps: list[tuple[int, int]] = []
        self.unreadable: list[tuple[int, int, str]] = []
        self.unsealed: dict[int, int] = {}
        """Rows, first and last, that span too long a time without a seal between."""
        self._misfits: dict[int, Misfit] = {}
        self._wrong_types: set[int] = set()

    def walk(self, connection: sqlite3.Connection, progress: Callable[[int], None]) -> None:
        """Read and check every row, oldest first. ``progress`` gets the count after each chunk."""
        last = None
        while True:
            try:
                rows = self._chunk(connection, last)
            except UNREADABLE as error:
                last = self._step_over(connection, last or 0, str(error))
                if last is None:
                    return
                continue
            if not rows:
                return
            self._check(rows)
            last = rows[-1][0]
            progress(self.rows)

    def _chunk(self, connection: sqlite3.Connection, last: int | None) -> list[Row]:
        where = "" if last is None else "WHERE id > ?"
        arguments = () if last is None else (last,)
        rows: list[Row] = connection.execute(
            f"SELECT {COLUMNS} FROM entry {where} ORDER BY id LIMIT {CHUNK}", arguments
        ).fetchall()
        if rows:
            numbers = [row[0] for row in rows]
            if set(map(type, numbers)) != {int}:
                raise sqlite3.DatabaseError("en rad har inget nummer")
            # A damaged tree can send the reading round in a circle.
            if numbers != sorted(numbers) or (last is not None and numbers[0] <= last):
                raise sqlite3.DatabaseError("raderna står inte i nummerordning")
            wrong = connection.execute(
                f"SELECT id FROM entry WHERE id BETWEEN ? AND ? AND ({_TYPES})",
                (rows[0][0], rows[-1][0]),
            )
            self._wrong_types.update(number for (number,) in wrong)
        return rows

    def _check(self, rows: list[Row]) -> None:
        """The hot loop: one row costs about two microseconds."""
        if self.last is None:
            self.first = rows[0]
            before, expected = NO_HASH, rows[0][0] if rows[0][1] == GENESIS else 1
        else:
            before, expected = self.last[10], self.last[0] + 1
        pack, join, watched, sealed = _HEAD.pack, b"".join, self._watched, self._sealed
        group, seal_by = self._group, self._seal_by
        for row in rows:
            number, kind, at_us, stored_at_us, account, path, key, raw, plain, meta, stored = row
            try:
                head = pack(
                    b"TVJ1", number, kind, at_us, stored_at_us, len(account), len(path),
                    len(key), len(raw), len(plain), len(meta),
                )  # fmt: skip
                is_whole = (
                    sha256(join((before, head, account, path, key, raw, plain, meta))).digest()
                    == stored
                )
                if not seal_by or number != expected:
                    group, seal_by = number, stored_at_us + UNSEALED_US
                elif stored_at_us > seal_by:
                    self.unsealed[group] = number
            except (TypeError, struct.error):
                is_whole = False
            if number != expected:
                self.gaps.append((expected, number - 1))
            elif not is_whole:
                self._misfits[number] = Misfit(before, row)
            if number in watched:
                self.hashes[number] = stored
                if number in sealed:
                    if group in self.unsealed:
                        self.unsealed[group] = number
                    seal_by = 0
            before = stored if isinstance(stored, bytes) else b""
            expected = number + 1
        self._group, self._seal_by = group, seal_by
        self.rows += len(rows)
        self.last = (*rows[-1][:10], before)

    def _step_over(self, connection: sqlite3.Connection, last: int, why: str) -> int | None:
        """Find the next row that can be read; note what lies between. None when there is none.

        Reads row by row from ``last``, checking on the way, until the unreadable place begins.
        """
        start = last
        for number in range(last + 1, max(self._known_last, last) + BEYOND):
            try:
                row = connection.execute(
                    f"SELECT {COLUMNS} FROM entry WHERE id = ?", (number,)
                ).fetchone()
            except UNREADABLE:
                continue
            if row is None:
                continue
            if number > start + 1:
                self.unreadable.append((start + 1, number - 1, why))
                self._skip_to(row)
                return number
            self._check([row])
            start = number
            if number - last >= CHUNK:
                return number
        self.unreadable.append((start + 1, 0, why))
        return None

    def _skip_to(self, row: Row) -> None:
        """Go on behind an unreadable place; the link across it cannot be checked."""
        if self.first is None:
            self.first = row
        self._seal_by = 0
        self.rows += 1
        if row[0] in self._watched:
            self.hashes[row[0]] = row[10]
        self.last = row

    # -- what the misfits mean -------------------------------------------------------------

    def findings(self) -> list[str]:
        """Return what is wrong with the rows, in Swedish, by row number."""
        found: list[tuple[int, str]] = []
        for first, last in self.gaps:
            which = f"Rad {first} saknas" if first == last else f"Rad {first}–{last} saknas"
            found.append((first, f"{which}: numren har en lucka."))
        for first, last, why in self.unreadable:
            span = f"Rad {first}–{last}" if last else f"Rad {first} och alla efter den"
            found.append((first, f"{span} går inte att läsa: databasfilen är skadad ({why})."))
        for first, last in self.unsealed.items():
            found.append(
                (
                    first,
                    f"Rad {first}–{last} spänner över mer än tre minuter utan sigill: sigill är "
                    "borttagna, eller raderna utbytta.",
                )
            )
        left = dict(self._misfits)
        for number in sorted(self._misfits):
            if number in left:
                found.append((number, self._explain(number, left)))
        for number in sorted(self._wrong_types - self._misfits.keys()):
            found.append((number, f"Rad {number} är ändrad: ett fält har fel typ."))
        return [text for _, text in sorted(found)]

    def _explain(self, number: int, left: dict[int, Misfit]) -> str:
        """Explain one misfit and take it, and those that merely follow from it, out of ``left``."""
        misfit = left.pop(number)
        if len(self._misfits) <= COMPARED:
            for other, candidate in list(left.items()):
                belongs = row_hash(misfit.before, number, candidate.row)
                if belongs and belongs in (misfit.row[10], candidate.row[10]):
                    del left[other]
                    _excuse(left, number + 1, belongs)
                    _excuse(left, other + 1, misfit.row[10])
                    return f"Rad {number} och rad {other} har bytt plats."
        if _excuse(left, number + 1, row_hash(misfit.before, number, misfit.row)):
            return f"Rad {number} är ändrad: radens kontrollsumma är utbytt."
        return (
            f"Rad {number} är ändrad: innehållet stämmer inte med radens kontrollsumma och "
            "raden före."
        )


def _excuse(left: dict[int, Misfit], number: int, before: bytes) -> bool:
    """Drop a misfit that fits as soon as the row before it has its right hash."""
    misfit = left.get(number)
    if misfit is None or not before or row_hash(before, number, misfit.row) != misfit.row[10]:
        return False
    del left[number]
    return True
