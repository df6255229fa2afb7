"""The writer: everything that is acknowledged goes through here, through one thread.

Group commit without waiting: the thread takes whatever has gathered while the disk was busy,
stores it in one flushed transaction and hands all tickets back in one call. A second thread, the
keeper, carries the log into the database, signs the head each minute and looks after the ballast.
"""

from __future__ import annotations

import logging
import os
import struct
import threading
import time
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any, Generic, Literal, TypeVar, cast

import apsw

from tornvakt.base.inbox import lock, schema, seals
from tornvakt.base.inbox.ballast import MEBIBYTE, Ballast
from tornvakt.base.inbox.entries import NewEntry, chained
from tornvakt.base.inbox.faults import is_for_now
from tornvakt.base.inbox.keeper import Keeper, Sealed
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.refusals import InboxBusy, InboxDamaged, JournalRefused, WrongMode
from tornvakt.base.inbox.store import Statement, Store
from tornvakt.base.inbox.vanishing import FileVanished

__all__ = ["InboxBusy", "InboxDamaged", "Journal", "JournalRefused", "Mode", "WrongMode"]

Mode = Literal["demo", "ovning", "skarp"]
T = TypeVar("T")
log = logging.getLogger(__name__)

MAX_BATCH = 4096
"""Tickets in one transaction at most, so that an endless storm still gets its answers."""
FRAMES_TO_RESTART = 3000
"""Pages in the log from which the writer itself carries the rest over and begins at its top."""
FULL = MEBIBYTE
"""With less room than this at the start the disk counts as full."""
DEFAULT_BALLAST = 256 * MEBIBYTE


def _utc_us() -> int:
    return time.time_ns() // 1000


class Journal(Generic[T]):
    """The open inbox and its two threads. ``T`` is whatever the caller wants back when stored.

    ``last_id`` and ``is_full`` may be read from any thread.
    """

    def __init__(
        self, store: Store, held: int, data: DataDir, *, ballast: Ballast, clock: Callable[[], int]
    ) -> None:
        self._store = store
        self._lock = held
        self._clock = clock
        self._queue: SimpleQueue[_Item] = SimpleQueue()
        self._ballast = ballast
        self._seal_log = seals.SealLog(data.checkpoint_log)
        self._breaking = threading.Lock()
        self._broken: BaseException | None = None
        self._lost: FileVanished | None = None
        self._writer = threading.Thread(target=self._write, name="inbox-writer", daemon=True)
        self._keeper = Keeper(
            store,
            self._seal_log,
            self._ballast,
            put=lambda statement, sealed: self._queue.put((statement, sealed)),
            on_broken=self._break,
            on_vanished=self._vanished,
            clock=clock,
        )
        self.is_full = False
        self.stored = 0

    @classmethod
    def open(
        cls,
        data: DataDir,
        *,
        mode: Mode,
        vfs: str | None = None,
        ballast_bytes: int = DEFAULT_BALLAST,
        clock: Callable[[], int] = _utc_us,
    ) -> Journal[T]:
        """Make or reopen the inbox as its only writer.

        Raises ``WrongMode``, ``InboxBusy`` or ``InboxDamaged`` (all ``JournalRefused``) and
        ``WrongSealKey``. Only the rows since the watermark and a few before them are checked.
        A full disk costs the ballast, not the start.
        """
        data.create()
        ballast = Ballast(data.ballast, ballast_bytes)
        if ballast.free_bytes() < FULL and ballast.release():
            log.error("inbox.full at the start; ballast released")
        try:
            return cls._open(data, mode, vfs, ballast, clock)
        except (apsw.Error, OSError) as error:
            is_full = is_for_now(error) or ballast.free_bytes() < FULL
            if not is_full or not ballast.release():
                raise
            log.error("inbox.full at the start: %s; ballast released", error)
            return cls._open(data, mode, vfs, ballast, clock)

    @classmethod
    def _open(
        cls, data: DataDir, mode: Mode, vfs: str | None, ballast: Ballast, clock: Callable[[], int]
    ) -> Journal[T]:
        held = lock.take(data.lock)
        try:
            store = Store(data, mode=mode, vfs=vfs, now_us=clock())
            try:
                return cls(store, held, data, ballast=ballast, clock=clock)
            except BaseException:
                store.close()
                raise
        except BaseException:
            os.close(held)
            raise

    # -- for the receiver ------------------------------------------------------------------

    @property
    def last_id(self) -> int:
        """Number of the newest row on the disk."""
        return self._store.last.id

    @property
    def genesis(self) -> dict[str, Any]:
        """The first row's content: installation, mode, created, seal_key, format."""
        return dict(self._store.genesis)

    @property
    def free_bytes(self) -> int:
        """Free space on the inbox's disk, now."""
        return self._ballast.free_bytes()

    @property
    def free_space_low(self) -> bool:
        """True when less than a tenth of the inbox's disk is free."""
        return self._ballast.is_low()

    def recent(self, since_us: int, limit: int = 200_000) -> Iterator[tuple[bytes, int]]:
        """Yield (duplicate key, id) of rows stored since ``since_us``, oldest first.

        For the duplicate window after a restart; call before ``start``. At most the ``limit``
        newest rows are looked at.
        """
        return self._store.recent(since_us, limit)

    def start(
        self,
        on_stored: Callable[[list[T]], None],
        on_refused: Callable[[list[T], Exception], None],
        on_broken: Callable[[BaseException], None],
    ) -> None:
        """Begin writing. All three are called in the writer's thread; keep them short.

        ``on_stored``: the tickets of a batch, in the order they were put, now on the disk.
        ``on_refused``: nothing of this batch was stored (the disk is full, or an entry cannot be
        stored); must not be acknowledged. The next batch is tried as usual.
        ``on_broken``: the disk failed. Nothing of the batch in hand may be acknowledged, nothing
        more will be stored: leave the process at once and let a new one read the disk afresh.
        """
        self._on_stored, self._on_refused, self._on_broken = on_stored, on_refused, on_broken
        self._writer.start()
        self._keeper.start()

    def put(self, entry: NewEntry | None, ticket: T) -> None:
        """Hand over an entry from any thread; the ticket comes back in the order of the puts.

        None stores nothing and gets its answer in turn (a duplicate waits for what it repeats).
        """
        self._queue.put((entry, ticket))

    def put_pulse(self, n: int, at_us: int, ticket: T) -> None:
        """Overwrite the pulse row through the same path as an alarm: the watchdog's proof."""
        self._queue.put((Statement(schema.SET_PULSE, (n, at_us)), ticket))

    def close(self) -> None:
        """Store what is waiting, sign the head, carry the log over, let go of the lock."""
        self._keeper.end(wait=True)
        if self._writer.is_alive():
            self._queue.put((_Stop(), None))
            self._writer.join()
        try:
            if self._broken is None:
                self._keeper.seal_at_close()
            self._store.close(is_broken=self._broken is not None)
        finally:
            self._seal_log.close()
            os.close(self._lock)

    # -- the writer's thread ---------------------------------------------------------------

    def _write(self) -> None:
        get, get_nowait, waiting = self._queue.get, self._queue.get_nowait, self._queue.qsize
        try:
            while True:
                items = [get()]
                items += [get_nowait() for _ in range(min(waiting(), MAX_BATCH - 1))]
                if self._lost is not None:
                    self._leave(self._lost)
                    return
                is_last = isinstance(items[-1][0], _Stop)
                if is_last:
                    items.pop()
                if (items and not self._store_batch(items)) or is_last:
                    return
        except BaseException as error:  # a callback that raised: nobody would answer any more
            self._break(error)

    def _store_batch(self, items: list[_Item]) -> bool:
        """Store one batch and answer; False when the disk is broken and the thread must end."""
        if self._broken is not None:
            return False
        rows = [item for item, _ in items if item is not None]
        tickets = [ticket for _, ticket in items]
        sealed: list[Sealed] = []
        statements = [row for row in rows if type(row) is Statement]
        if statements:
            rows = [row for row in rows if type(row) is not Statement]
            sealed = [ticket for ticket in tickets if type(ticket) is Sealed]
            tickets = [ticket for ticket in tickets if type(ticket) is not Sealed]
        entries = cast(list[NewEntry], rows)
        try:
            if entries or statements:
                self._store.add(entries, statements, self._clock())
                self.is_full = False
        except (apsw.Error, OSError) as error:
            if not is_for_now(error):
                return self._break(error)
            self._refuse(tickets, error)
            for seal in sealed:
                seal.answer(is_written=False)
            return True
        except (ValueError, TypeError, struct.error) as error:
            return self._set_aside(items, error)
        except BaseException as error:
            return self._break(error)
        self.stored += len(entries)
        for seal in sealed:
            seal.answer(is_written=True)
        return self._answer(tickets)

    def _answer(self, tickets: list[Any]) -> bool:
        try:
            if tickets:
                self._on_stored(tickets)
            if self._store.log_frames > FRAMES_TO_RESTART:
                self._store.restart_log()
        except (apsw.FullError, apsw.BusyError):
            pass  # the log only grows; what is in it is safe
        except BaseException as error:
            return self._break(error)
        return True

    def _refuse(self, tickets: list[Any], error: Exception) -> None:
        if isinstance(error, apsw.BusyError):
            log.error("inbox.busy", exc_info=error)
        else:
            was_released = self._ballast.release()
            if was_released or not self.is_full:
                log.error("inbox.full: %s; ballast released: %s", error, was_released)
            self.is_full = True
        if tickets:
            self._on_refused(tickets, error)

    def _set_aside(self, items: list[_Item], error: Exception) -> bool:
        """Refuse the entries that cannot be stored and store the others: one must not stop all."""
        fit: list[_Item] = []
        unfit: list[Any] = []
        for item in items:
            try:
                if type(item[0]) is NewEntry:
                    chained(b"", 0, 0, item[0])
                fit.append(item)
            except (ValueError, TypeError, struct.error) as fault:
                error = fault
                unfit.append(item[1])
        if not unfit:
            return self._break(error)
        log.error("inbox.unfit: %s", error)
        self._on_refused(unfit, error)
        return self._store_batch(fit) if fit else True

    def _vanished(self, error: FileVanished) -> None:
        """Let the writer end between two batches; the keeper's call."""
        self._lost = error
        self._queue.put((None, None))

    def _leave(self, error: FileVanished) -> None:
        """Save what was acknowledged into the database our descriptor leads to, then end.

        With the log's name gone its rows would be lost with the process.
        """
        try:
            self._store.carry_all_over()
        except (apsw.Error, OSError) as fault:
            log.error("inbox.not_carried: %s", fault)
        self._break(error)

    def _break(self, error: BaseException) -> bool:
        """The disk failed, or we did: tell once, store nothing more. Always False."""
        with self._breaking:
            if self._broken is not None:
                return False
            self._broken = error
        log.critical("inbox.broken", exc_info=error)
        self._keeper.end(wait=False)
        self._on_broken(error)
        return False


class _Stop:
    """Put last in the queue: everything before it is stored first."""


_Item = tuple[NewEntry | Statement | _Stop | None, Any]
