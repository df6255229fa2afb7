"""The forwarder: from the receiver's inbox into the database, in order, once.

The inbox is the truth. The transmitter had its acknowledgement when the entry was stored there, so
nothing that happens here may lose it: a database that is away, locked or being migrated makes the
backlog longer and nothing else. An entry that cannot be carried in while the database is well is
tried three times, then set aside, raw, with an alarm of its own, and the rest flows on. What known
accounts say does not wait behind the junk of strangers (`ahead.py`).
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import apsw
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from tornvakt.base.facts import pulse
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import InboxMissing, Reader
from tornvakt.domains.alarms import services as alarms
from tornvakt.pure.instants import EPOCH, instant
from tornvakt.pure.schedules import holiday_name
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.worker import batches
from tornvakt.surfaces.worker.ahead import LookAhead
from tornvakt.surfaces.worker.known import KnownAccounts

log = logging.getLogger(__name__)

BATCH = 200
"""Entries in one transaction when there is a backlog; when it is calm, whatever has come."""
TRIES = 3
TRY_AGAIN_S = 0.05
PULSE_EVERY = timedelta(seconds=1)

Clock = Callable[[], datetime]


class DatabaseAway(Exception):
    """The database cannot be written now. The entries are safe where they are."""


@dataclass(slots=True)
class Progress:
    """How far the forwarder has come. ``pulse`` is the newest number seen in the inbox.

    ``pulse_at`` is when the newest one in the database left the receiver, epoch seconds.
    """

    state: str = "starting"
    cursor: int = 0
    backlog: int = 0
    pulse: int | None = None
    pulse_at: float | None = None
    set_aside: int = 0


class Forwarder:
    """Carries entries in. Used by one thread; ``clock`` gives the time, aware, in UTC."""

    def __init__(self, data: DataDir, clock: Clock) -> None:
        self.progress = Progress()
        self._data = data
        self._clock = clock
        self._reader: Reader | None = None
        self._file: tuple[int, int] | None = None
        self._known = KnownAccounts(data)
        self._ahead = LookAhead(self._is_known)
        self._is_adopted = False
        self._is_behind = True
        self._pulse_carried: int | None = None
        self._pulse_waits = False
        self._pulse_at = EPOCH

    @property
    def file(self) -> tuple[int, int] | None:
        """Which inbox is being carried: device and inode of its file."""
        return self._file

    def step(self) -> bool:
        """Carry the next batch in; True when there is more to do at once.

        Raises DatabaseAway (try again later), and ForeignInbox or InboxWentBack, which a person
        has to resolve.
        """
        reader = self._open()
        if reader is None:
            self.progress.state = "no_inbox"
            return False
        has_changed = reader.changed()
        if not (has_changed or self._is_behind or self._pulse_waits):
            return False
        self._is_behind = True  # until this step has come to its end
        try:
            return self._carry_next(reader)
        except DatabaseAway:
            self.progress.backlog = max(0, reader.last_id() - self.progress.cursor)
            raise

    def close(self) -> None:
        """Let go of the inbox."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None
        self._known.close()

    def _open(self) -> Reader | None:
        file = _identity(self._data)
        if self._reader is not None and file != self._file:
            # The inbox was put aside, and the receiver goes on in a new one of the same name. The
            # file we hold open would stay silent for ever.
            self._reader.close()
            self._reader = None
        if self._reader is None:
            try:
                self._reader = Reader(self._data)
            except InboxMissing:
                return None
            self._file = file
            self._is_adopted = False
            self._is_behind = True
        return self._reader

    def _carry_next(self, reader: Reader) -> bool:
        # The pulse is read before the entries: it is carried on only when all that came before
        # it has been, so a desk that sees it knows that nothing older is missing.
        beat = reader.pulse()
        if beat is not None:
            self.progress.pulse = beat[0]
        self._adopt(reader)
        read = reader.after(self.progress.cursor, limit=BATCH)
        entries = batches.short_enough(read)
        is_behind = len(read) == BATCH or len(entries) < len(read)
        if is_behind and not all(map(self._is_known, entries)):
            self._look_ahead(reader)
        if entries:
            self._carry(entries)
        self._is_behind = is_behind
        self.progress.backlog = (
            max(0, reader.last_id() - self.progress.cursor) if self._is_behind else 0
        )
        self.progress.state = "ok"
        if not self._is_behind and beat is not None:
            self._carry_pulse(*beat)
        return self._is_behind

    def _adopt(self, reader: Reader) -> None:
        if self._is_adopted:
            return
        try:
            self.progress.cursor = alarms.adopt(
                genesis=reader.genesis(), entry_at=reader.get, now=self._clock()
            )
            beat = pulse.current()
        except (DatabaseError, InterfaceError) as error:
            raise _away(error) from error
        self.progress.pulse_at = beat.received_at.timestamp() if beat else None
        self._is_adopted = True
        # The calendar takes half a second to load: not while the first opening of the day waits.
        holiday_name(self._clock().date())
        self._ahead.restart()

    def _is_known(self, entry: Entry) -> bool:
        """Return whether an entry comes from the house itself or from a panel it knows."""
        if entry.kind != Kind.SIGNAL and not entry.account:
            return True
        return entry.account == OWN_ACCOUNT or self._known.is_enrolled(entry.account)

    def _look_ahead(self, reader: Reader) -> None:
        picked = self._ahead.pick(reader, self.progress.cursor)
        while picked:
            entries = batches.short_enough(picked[:BATCH])
            picked = picked[len(entries) :]
            try:
                self._take_in(entries, ahead=True)
            except alarms.InboxWentBack:
                raise
            except Exception as error:
                self._must_answer(error)
                for entry in entries:
                    self._carry_one_ahead(entry)

    def _carry_one_ahead(self, entry: Entry) -> None:
        """Carry one before its turn; if that fails, what its account says waits for its turn."""
        if self._ahead.has_left(entry.account):
            return
        try:
            self._take_in([entry], ahead=True)
        except alarms.InboxWentBack:
            raise
        except Exception as error:
            self._must_answer(error)
            log.warning("forwarder.not_ahead entry_id=%s error=%s", entry.id, type(error).__name__)
            self._ahead.leave(entry.account)

    def _must_answer(self, error: Exception) -> None:
        """Raise DatabaseAway if it was the database's fault."""
        _forget_connection()
        if not _answers():
            self._ahead.restart()  # nobody knows how much of the window was carried
            raise _away(error) from error

    def _carry(self, entries: Sequence[Entry]) -> None:
        try:
            self._take_in(entries)
        except alarms.InboxWentBack:
            raise
        except Exception as error:
            self._must_answer(error)
            log.warning(
                "forwarder.one_at_a_time first=%s last=%s error=%s",
                entries[0].id,
                entries[-1].id,
                type(error).__name__,
            )
            for entry in entries:
                self._carry_one(entry)
                self.progress.cursor = entry.id
        self.progress.cursor = entries[-1].id

    def _carry_one(self, entry: Entry) -> None:
        failure: Exception | None = None
        for _ in range(TRIES):
            try:
                self._take_in([entry])
            except Exception as error:
                failure = error
                self._must_answer(error)
                time.sleep(TRY_AGAIN_S)
            else:
                return
        assert failure is not None
        log.error(
            "forwarder.set_aside entry_id=%s error=%s",
            entry.id,
            type(failure).__name__,
            exc_info=failure,
        )
        try:
            alarms.set_aside(entry=entry, error=type(failure).__name__, now=self._clock())
        except Exception as error:
            raise _away(error) from error
        self.progress.set_aside += 1

    def _take_in(self, entries: Sequence[Entry], *, ahead: bool = False) -> None:
        alarms.take_in_all(
            arrivals=[batches.arrival(entry) for entry in entries],
            now=self._clock(),
            is_enrolled=self._known.is_enrolled,
            ahead=ahead,
        )

    def _carry_pulse(self, number: int, at_us: int) -> None:
        now = self._clock()
        is_news = number != self._pulse_carried
        self._pulse_waits = is_news and abs(now - self._pulse_at) < PULSE_EVERY
        if self._pulse_waits or not is_news:
            return
        try:
            pulse.carry(number=number, received_at=instant(at_us), now=now)
        except (DatabaseError, InterfaceError) as error:
            raise _away(error) from error
        self._pulse_carried, self._pulse_at = number, now
        self.progress.pulse_at = at_us / 1e6


def _identity(data: DataDir) -> tuple[int, int] | None:
    try:
        found = data.inbox.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def _answers() -> bool:
    """Return whether the database can be written and has the tables this version needs.

    Asked after every failure, so that a database in trouble is never taken for a bad entry.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE alarms_inboxcursor SET entry_id = entry_id WHERE id = 1")
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, InterfaceError):
        _forget_connection()
        return False


def _away(error: Exception) -> DatabaseAway:
    _forget_connection()
    return DatabaseAway(f"{type(error).__name__}: {error}"[:200])


def _forget_connection() -> None:
    connection.close()


# An inbox that cannot be read just now (the receiver is checkpointing, the disk is slow) is
# waited for like a database that is away.
INBOX_TROUBLE = (apsw.Error, OSError)
