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
from typing import NamedTuple, cast
from uuid import UUID, uuid4

import apsw
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tornvakt.base.inbox import examining, keys, salvage, schema, seals, vanishing, watermark
from tornvakt.base.inbox.entries import NO_HASH, Entry, Kind, NewEntry, bind
from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.base.inbox.refusals import InboxDamaged, WrongMode
from tornvakt.base.inbox.watermark import Mark

WAL_BYTES = 16 << 20
"""The log is laid out to this size at once: a flush that only overwrites costs a third to a half
of one that makes the file longer (no journal commit in the file system)."""
_PIECE = 1 << 16
"""SQLite's write takes at most 128 KiB at a time."""
SEAL_WITHIN_US = 120_000_000
"""Nothing is added to rows that have waited so long for a seal: they are sealed first. The verifier
holds it against an inbox when its rows do not show that, so it may depend on no thread's timing."""
_NEVER = 1 << 63


class NotStored(Exception):
    """SQLite reported success and stored something else than it was given."""


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
            self._connections = [self._connection]
            try:
                self._open(data, mode, now_us)
                self._mark = watermark.Watermark(data.watermark, self.last)
                self.watched = vanishing.Watched(
                    (data.inbox, data.inbox_wal, data.inbox_index, data.lock)
                )
            except BaseException:
                for connection in self._connections:
                    connection.close()
                raise

    def _open(self, data: DataDir, mode: str, now_us: int) -> None:
        connection = self._connection
        if not self._has_tables():
            if data.watermark.exists():
                raise InboxDamaged("alla rader är borta")
            self._make(data, mode, now_us)
        examining.check_schema(connection)
        self.genesis, first_id = examining.genesis(connection)
        if self.genesis["mode"] != mode:
            raise WrongMode(str(self.genesis["mode"]), mode)
        self.installation = UUID(self.genesis["installation"])
        self.last = examining.newest(connection)
        examining.check_tail(connection, first_id, self.last, watermark.read(data.watermark))
        # After the checks: a damaged inbox is put aside whatever key lies here.
        self.key = keys.signing_key(data, self.genesis["seal_key"])
        self._find_unsealed()
        self._lay_out_log(data.inbox_wal)
        self._keeper = schema.writing(data.inbox, self._vfs)
        self._connections.insert(0, self._keeper)

    def _find_unsealed(self) -> None:
        """Note how far the inbox is sealed, and by when what follows must be."""
        seal = self.last_seal()
        self.sealed_id = seal.id if seal else 0
        stored_at_us = self._connection.execute(
            "SELECT stored_at_us FROM entry WHERE id > ? ORDER BY id LIMIT 1", (self.sealed_id,)
        ).get
        self._seal_by = _NEVER if stored_at_us is None else stored_at_us + SEAL_WITHIN_US

    # -- writing ---------------------------------------------------------------------------

    def add(self, entries: list[NewEntry], statements: list[Statement], now_us: int) -> None:
        """Store entries and statements in one transaction, flushed to the disk on return.

        Raises what ``bind`` raises for an entry that cannot be stored and apsw errors; then
        nothing was stored and ``last`` stands.
        """
        rows = len(entries)
        if now_us > self._seal_by and rows:
            seal = seals.make(self.key, self.installation, *self.last, now_us)
            statements = [*statements, Statement(schema.ADD_SEAL, tuple(seal))]
        values, last_id, head = bind(entries, self.last.id, self.last.hash, now_us)
        if rows <= schema.MAX_ROWS and not statements:
            # One statement is a transaction of its own: Python's lock is dropped once, not thrice.
            self._insert(rows, values)
        else:
            self._add_in_steps(rows, values, statements)
            self._note_seals(statements)
        if rows and self._seal_by == _NEVER:
            self._seal_by = now_us + SEAL_WITHIN_US
        self.last = mark = Mark(last_id, head)
        self._mark.set(mark)
        self.log_frames += 2 + rows // 8

    def _insert(self, rows: int, values: list[object]) -> None:
        """Insert, and believe it only when just these rows were written.

        A trigger that somebody adds while we run can drop a row, or put another in its place, and
        the statement succeeds all the same. 50 nanoseconds.
        """
        connection = self._connection
        before = connection.total_changes()
        connection.execute(schema.insert(rows), values)
        if connection.changes() != rows or connection.total_changes() - before != rows:
            raise NotStored(f"{rows} rows were given, {connection.changes()} were stored as given")

    def _add_in_steps(self, rows: int, values: list[object], statements: list[Statement]) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            width = len(Entry._fields)
            for start in range(0, rows, schema.MAX_ROWS):
                count = min(schema.MAX_ROWS, rows - start)
                self._insert(count, values[start * width : (start + count) * width])
            for sql, bindings in statements:
                connection.execute(sql, bindings)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _note_seals(self, statements: list[Statement]) -> None:
        for sql, values in statements:
            if sql is schema.ADD_SEAL:
                number, _, at_us, _ = cast(seals.Seal, values)
                if number > self.sealed_id:
                    self.sealed_id = number
                    # What came after the sealed row was stored after the seal was made.
                    is_all = number == self.last.id
                    self._seal_by = _NEVER if is_all else at_us + SEAL_WITHIN_US

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

    def carry_all_over(self) -> None:
        """Write every row of the log into the database, though the log's name may be gone.

        The writer's last call when a file has vanished: our descriptors still lead to it.
        """
        with self._checkpointing:
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_FULL)

    def mend_mark(self) -> bool:
        """Make the watermark again if somebody took it away; True when so. The keeper's call.

        The writer may be at the old one just now: then the new one is older, never newer.
        """
        if self._mark.is_there():
            return False
        self._mark = watermark.Watermark(self._mark.path, self.last)
        return True

    def flush_mark(self) -> None:
        """Push the watermark to the disk."""
        self._mark.flush()

    def close(self, *, is_broken: bool = False) -> None:
        """Close; unless the inbox is broken, carry the log over first.

        On a broken disk nothing may be flushed again: the kernel may report success for pages it
        has dropped, and the log that still holds them would be removed.
        """
        if not is_broken:
            # If this cannot be done now, the log stays and is carried over at the next opening.
            with contextlib.suppress(apsw.BusyError, apsw.FullError):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0)
        for connection in self._connections:
            connection.close()
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
        public = (
            keys.new_signing_key(data).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        )
        before = salvage.continues(data)
        meta: dict[str, object] = {
            "format": examining.FORMAT,
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
