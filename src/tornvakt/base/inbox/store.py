"""The inbox's file in the hands of its one writer: making it, reopening it, adding to it.

No threads here: ``journal`` calls from its writer thread only, except ``checkpoint``, which the
keeper thread runs on a connection of its own.
"""

import contextlib
import json
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import apsw
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tornvakt.base.inbox import keys, salvage, schema, seals, watermark
from tornvakt.base.inbox.entries import COLUMNS, NO_HASH, Entry, Kind, NewEntry, bind, chained
from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.base.inbox.refusals import InboxDamaged, WrongMode
from tornvakt.base.inbox.watermark import Mark

TAIL = 1000
"""Rows whose chain is recomputed at a reopening; the whole chain is the verifier's work."""
WAL_BYTES = 16 << 20
"""The log is laid out to this size at once: a flush that only overwrites costs a third to a half
of one that makes the file longer (no journal commit in the file system)."""
_PIECE = 1 << 16
"""SQLite's write takes at most 128 KiB at a time."""
FORMAT = 1


class Statement(NamedTuple):
    """Something else than an entry to write in a batch's transaction."""

    sql: str
    values: tuple[object, ...]


@contextlib.contextmanager
def _naming_damage() -> Iterator[None]:
    """Turn what SQLite says of a spoilt file into the refusal a person can act on."""
    try:
        yield
    except (apsw.CorruptError, apsw.NotADBError, apsw.SQLError) as error:
        raise InboxDamaged(f"databasfilen går inte att läsa ({error})") from error


class Store:
    """The open inbox. ``last`` is the newest row on the disk."""

    def __init__(self, data: DataDir, *, mode: str, vfs: str | None, now_us: int) -> None:
        """Make or reopen the inbox; raise ``WrongMode`` or ``InboxDamaged``."""
        self._vfs = vfs
        self._checkpointing = threading.Lock()
        self.log_frames = 0
        if data.watermark.exists():  # there was an inbox: never make a new one in its place
            if not data.inbox.exists():
                raise InboxDamaged(f"filen {data.inbox} är borta")
            if data.inbox.stat().st_size == 0:
                raise InboxDamaged("alla rader är borta")
        # The log and its index take their permissions from this file.
        os.close(os.open(data.inbox, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        with _naming_damage():
            self._connection = schema.writing(data.inbox, vfs)
            try:
                self._open(data, mode, now_us)
            except BaseException:
                self._connection.close()
                raise
        self._mark = watermark.Watermark(data.watermark, self.last)

    def _open(self, data: DataDir, mode: str, now_us: int) -> None:
        if not self._has_tables():
            if data.watermark.exists():
                raise InboxDamaged("alla rader är borta")
            self._make(data, mode, now_us)
        self.genesis = self._genesis()
        if self.genesis["mode"] != mode:
            raise WrongMode(str(self.genesis["mode"]), mode)
        self.installation = UUID(self.genesis["installation"])
        self.key = keys.signing_key(data, make=False)
        self.last = self._last()
        self._check_tail(watermark.read(data.watermark))
        self._lay_out_log(data.inbox_wal)
        self._keeper = schema.writing(data.inbox, self._vfs)

    # -- writing ---------------------------------------------------------------------------

    def add(self, entries: list[NewEntry], statements: list[Statement], now_us: int) -> None:
        """Store entries and statements in one transaction, flushed to the disk on return.

        Raises what ``bind`` raises for an entry that cannot be stored and apsw errors; then
        nothing was stored and ``last`` stands.
        """
        values, last_id, head = bind(entries, self.last.id, self.last.hash, now_us)
        rows = len(entries)
        connection = self._connection
        if rows <= schema.MAX_ROWS and not statements:
            # One statement is a transaction of its own: Python's lock is dropped once, not thrice.
            connection.execute(schema.insert(rows), values)
        else:
            self._add_in_steps(rows, values, statements)
        self.last = mark = Mark(last_id, head)
        self._mark.set(mark)
        self.log_frames += 2 + rows // 8

    def _add_in_steps(self, rows: int, values: list[object], statements: list[Statement]) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            width = len(Entry._fields)
            for start in range(0, rows, schema.MAX_ROWS):
                count = min(schema.MAX_ROWS, rows - start)
                connection.execute(
                    schema.insert(count), values[start * width : (start + count) * width]
                )
            for sql, bindings in statements:
                connection.execute(sql, bindings)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    # -- the write-ahead log ---------------------------------------------------------------

    def checkpoint(self) -> None:
        """Carry the log into the database without stopping the writer; the keeper's call."""
        with self._checkpointing:
            self.log_frames, _ = self._keeper.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def restart_log(self) -> None:
        """Carry over what is left between two commits, so that the next one reuses the log.

        The writer's call when the log has passed its bound: under steady load the keeper alone
        never catches up. A reader in the middle of a query postpones the reuse, harmlessly.
        """
        if not self._checkpointing.acquire(blocking=False):
            return
        try:
            frames, carried = self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            self.log_frames = 0 if frames == carried else frames
        finally:
            self._checkpointing.release()

    def flush_mark(self) -> None:
        """Push the watermark to the disk."""
        self._mark.flush()

    def close(self, *, is_broken: bool = False) -> None:
        """Close; unless the disk is broken, carry the log over first.

        On a broken disk nothing may be flushed again: the kernel may report success for pages it
        has dropped, and the log that still holds them would be removed.
        """
        if not is_broken:
            # If this cannot be done now, the log stays and is carried over at the next opening.
            with contextlib.suppress(apsw.BusyError, apsw.FullError):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        self._keeper.close()
        self._connection.close()
        self._mark.close()

    # -- reading back ----------------------------------------------------------------------

    def recent(self, since_us: int, limit: int) -> Iterator[tuple[bytes, int]]:
        """Yield (duplicate key, id) of what was stored since an instant, oldest first."""
        newest_first: list[tuple[bytes, int]] = []
        for number, key, stored_at_us in self._connection.execute(
            "SELECT id, dup_key, stored_at_us FROM entry ORDER BY id DESC LIMIT ?", (limit,)
        ):
            if stored_at_us < since_us:
                break
            if key:
                newest_first.append((key, number))
        return reversed(newest_first)

    def last_seal(self) -> seals.Seal | None:
        """Return the newest seal in the inbox."""
        row = self._connection.execute(
            "SELECT id, hash, at_us, signature FROM seal ORDER BY id DESC LIMIT 1"
        ).fetchone()
        return seals.Seal(*row) if row else None

    def seals_after(self, number: int) -> list[seals.Seal]:
        """Return the seals of rows after ``number``, oldest first; the keeper's call."""
        return [
            seals.Seal(*row)
            for row in self._keeper.execute(
                "SELECT id, hash, at_us, signature FROM seal WHERE id > ? ORDER BY id", (number,)
            )
        ]

    # -- making and reopening --------------------------------------------------------------

    def _has_tables(self) -> bool:
        return bool(self._connection.execute("SELECT count(*) FROM sqlite_master").get)

    def _make(self, data: DataDir, mode: str, now_us: int) -> None:
        """Tables and first row in one transaction: there is never an inbox without a genesis."""
        public = keys.signing_key(data).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        before = salvage.continues(data)
        meta: dict[str, object] = {
            "format": FORMAT,
            "installation": str(uuid4()),
            "mode": mode,
            "created": datetime.fromtimestamp(now_us / 1e6, UTC).isoformat(),
            "seal_key": public.hex(),
        }
        if before is not None:
            meta["continues"] = before._asdict()
        first = NewEntry(
            Kind.GENESIS, now_us, "", "", b"", b"", b"", json.dumps(meta, sort_keys=True).encode()
        )
        values, _, _ = bind([first], before.last_id if before else 0, NO_HASH, now_us)
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE;" + schema.CREATE)
        connection.execute(schema.insert(1), values)
        connection.execute("COMMIT")
        fsync_directory(data.receiver)
        salvage.forget(data)

    def _genesis(self) -> dict[str, Any]:
        row = self._connection.execute(
            "SELECT kind, meta, id FROM entry ORDER BY id LIMIT 1"
        ).fetchone()
        if row is None or row[0] != Kind.GENESIS:
            raise InboxDamaged("den första raden är borta")
        self._first_id = int(row[2])
        try:
            genesis: dict[str, Any] = json.loads(row[1])
            if genesis["format"] != FORMAT:
                raise InboxDamaged(f"formatet {genesis['format']} är okänt för den här versionen")
            return {"mode": "", "installation": "", **genesis}
        except (ValueError, KeyError, TypeError) as error:
            raise InboxDamaged("den första raden är ändrad") from error

    def _last(self) -> Mark:
        number, head = self._connection.execute(
            "SELECT id, hash FROM entry ORDER BY id DESC LIMIT 1"
        ).get
        return Mark(number, head)

    def _check_tail(self, mark: Mark | None) -> None:
        """Recompute the chain from before the watermark to the end; the rest is not read."""
        if mark is None:
            if self.last.id > self._first_id:
                raise InboxDamaged("vattenmärket (receiver/watermark) är borta eller oläsligt")
            mark = self.last
        if mark.id > self.last.id:
            raise InboxDamaged(
                f"rad {self.last.id + 1} till {mark.id} är borta: inkorgen är avkortad eller "
                "återställd från en äldre kopia"
            )
        previous: tuple[int, bytes] | None = None
        for row in self._connection.execute(
            f"SELECT {COLUMNS} FROM entry WHERE id >= ? ORDER BY id", (mark.id - TAIL,)
        ):
            entry = Entry(*row)
            if entry.id == self._first_id:
                previous = (entry.id - 1, NO_HASH)
            if previous is not None:
                self._check_row(previous, entry)
            if entry.id == mark.id and entry.hash != mark.hash:
                raise InboxDamaged(f"rad {entry.id} är inte den som vattenmärket pekar på")
            previous = (entry.id, entry.hash)

    def _check_row(self, previous: tuple[int, bytes], entry: Entry) -> None:
        number, head = previous
        if entry.id != number + 1:
            raise InboxDamaged(f"rad {number + 1} är borta")
        stored = NewEntry(entry.kind, entry.at_us, *entry[4:10])
        try:
            is_whole = chained(head, entry.id, entry.stored_at_us, stored) == entry.hash
        except (TypeError, AttributeError, ValueError):
            is_whole = False
        if not is_whole:
            raise InboxDamaged(f"rad {entry.id} är ändrad")

    def _lay_out_log(self, path: Path) -> None:
        """Start on an empty log of full length.

        Emptying it first is more than tidiness. After a failed flush the kernel may hold log pages
        that are on no disk yet count as clean; rows written behind them would be lost with them at
        a power cut. The checkpoint writes every page anew, and the log begins at its top.
        """
        with self._checkpointing:
            try:
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
                self._zero_log(path)
            except (apsw.BusyError, apsw.FullError):
                # A reader stayed in its query all through the busy timeout, or the disk is full.
                # Neither may keep the receiver from starting: the log just grows as it goes.
                return

    def _zero_log(self, path: Path) -> None:
        flags = apsw.SQLITE_OPEN_WAL | apsw.SQLITE_OPEN_READWRITE
        log = apsw.VFSFile(self._vfs or "", str(path), [flags, 0])
        try:
            for offset in range(0, WAL_BYTES, _PIECE):
                log.xWrite(bytes(_PIECE), offset)
            log.xSync(apsw.SQLITE_SYNC_NORMAL)
        finally:
            log.xClose()
