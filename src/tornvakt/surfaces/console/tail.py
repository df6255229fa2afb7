"""The thread that sees when alarms are not carried into the database, and shows them all the same.

It looks at the receiver's inbox beside the receiver, and at how far the worker says it has carried
it. When something has waited for a second and a half and the worker has not moved meanwhile, the
desks are in emergency mode (nödläge): what waits is pushed to every one of them, the oldest first,
and anything new at once, until all has been carried. A refused, locked or hanging database, a
stopped worker: the reason makes no difference, and the database is never asked.

In a storm the worker is behind and moves all the time: that is no emergency.
"""

import asyncio
import json
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import apsw
from django.conf import settings
from django.template.loader import get_template
from django.utils import translation

from tornvakt.base.emergency import notes as noting
from tornvakt.base.emergency import places as placing
from tornvakt.base.emergency.notes import Note
from tornvakt.base.emergency.places import Place
from tornvakt.base.inbox.entries import Entry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import InboxMissing, Reader
from tornvakt.surfaces.console.uncarried import pictures, priority_of

log = logging.getLogger(__name__)

LANGUAGES = ("sv", "en")
LOOK_EVERY_S = 0.1
WAITED_S = 1.5
"""So long may an entry wait, and the worker stand, before it is an emergency."""
MOST = 200
"""So many are shown, the most urgent first to stay; the rest are counted."""
READ_AT_ONCE = 500
"""Entries read at one look. A morning's openings fill the inbox too, and call for nobody."""
SOUNDING = 2


@dataclass(frozen=True, slots=True)
class State:
    """What the desks are told. ``events`` by language, ``cue`` for a locked one: no place in it."""

    is_on: bool = False
    events: dict[str, bytes] | None = None
    cue: bytes = b""


class Tail:
    """Looks in a thread of its own, and tells the streams in ``loop``."""

    def __init__(self, data: DataDir, loop: asyncio.AbstractEventLoop) -> None:
        self.state = State()
        self._data = data
        self._loop = loop
        self._listeners: set[asyncio.Queue[State]] = set()
        self._reader: Reader | None = None
        self._file: tuple[int, int] | None = None
        self._cursor: int | None = None
        self._moved_at = time.monotonic()
        self._shown: tuple[object, ...] = ()
        self._calling: list[tuple[int, Entry]] = []
        """What waits and calls for somebody, with its priority, in the order of the inbox."""
        self._read_to = 0
        self._places: dict[str, Place] = {}
        self._notes: Sequence[Note] = ()
        self._stamps: dict[str, int] = {}
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="inbox-tail", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more."""
        self._is_over = True

    def is_alive(self) -> bool:
        """Whether the thread runs and its loop is there to hear it."""
        return self._thread.is_alive() and not self._loop.is_closed()

    def listen(self) -> asyncio.Queue[State]:
        """Return a queue that is given every change. In the loop's thread."""
        queue: asyncio.Queue[State] = asyncio.Queue(8)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[State]) -> None:
        """Give a queue back."""
        self._listeners.discard(queue)

    def look(self, now: float, mono: float) -> bool:
        """Look once; return whether something is to be told. ``now`` is epoch seconds."""
        reader = self._open()
        if reader is None:
            return False
        self._follow_cursor(mono)
        if self._cursor is None:
            return False
        waiting = reader.after(self._cursor, limit=1) if self._is_waiting(reader) else []
        is_on = bool(waiting) and (self.state.is_on or self._is_stuck(waiting, now, mono))
        if not is_on:
            self._calling, self._read_to = [], 0
            return self._change((), [], 0)
        self._renew()
        unread = self._read_on(reader, self._cursor)
        shown = self._most_urgent()
        more = len(self._calling) - len(shown) + unread
        ends = (shown[0].id, shown[-1].id) if shown else (waiting[0].id, 0)
        key = (*ends, len(shown), more, len(self._notes), len(self._places))
        return self._change(key, shown, more)

    def _read_on(self, reader: Reader, cursor: int) -> int:
        """Take in what has come since the last look; return how many entries are still unread."""
        self._calling = [each for each in self._calling if each[1].id > cursor]
        came = reader.after(max(self._read_to, cursor), limit=READ_AT_ONCE)
        for entry in came:
            priority = priority_of(entry)
            if priority is not None:
                self._calling.append((priority, entry))
        if came:
            self._read_to = came[-1].id
        return max(0, reader.last_id() - max(self._read_to, cursor))

    def _most_urgent(self) -> list[Entry]:
        kept = sorted(self._calling, key=lambda each: (each[0], each[1].id))[:MOST]
        return sorted((entry for _priority, entry in kept), key=lambda entry: entry.id)

    def _is_waiting(self, reader: Reader) -> bool:
        return reader.last_id() > (self._cursor or 0)

    def _is_stuck(self, waiting: Sequence[Entry], now: float, mono: float) -> bool:
        waited = now - waiting[0].stored_at_us / 1e6
        return (waited >= WAITED_S or waited < 0) and mono - self._moved_at >= WAITED_S

    def _follow_cursor(self, mono: float) -> None:
        try:
            told = json.loads(self._data.carried.read_bytes())
            cursor = int(told["cursor"]) if tuple(told["file"]) == self._file else None
        except (OSError, ValueError, TypeError, KeyError):
            return  # half-written, or nothing was ever carried
        if cursor is not None and cursor != self._cursor:
            self._cursor, self._moved_at = cursor, mono

    def _open(self) -> Reader | None:
        try:
            found = self._data.inbox.stat()
            file = (found.st_dev, found.st_ino)
            if self._reader is not None and file != self._file:
                self._reader.close()
                self._reader = None
            if self._reader is None:
                self._reader, self._file, self._cursor = Reader(self._data), file, None
        except (OSError, InboxMissing):
            return None
        return self._reader

    def _renew(self) -> None:
        """Read places and notes again when their files have changed."""
        if self._has_changed("places", self._data.emergency_places):
            self._places = placing.load(self._data)
        if self._has_changed("notes", self._data.emergency_notes):
            self._notes = [note for note in noting.read(self._data) if note.text]

    def _has_changed(self, name: str, path: Path) -> bool:
        try:
            stamp = path.stat().st_mtime_ns
        except OSError:
            stamp = 0
        before, self._stamps[name] = self._stamps.get(name, -1), stamp
        return before != stamp

    def _change(self, key: tuple[object, ...], shown: Sequence[Entry], more: int) -> bool:
        if key == self._shown:
            return False
        was_on, self._shown = self.state.is_on, key
        if bool(key) != was_on:
            log.warning("nodlage.%s waiting=%s", "began" if key else "ended", len(shown))
        self.state = self._state(shown, more) if key else off()
        return True

    def _state(self, shown: Sequence[Entry], more: int) -> State:
        events, cue = {}, b""
        for language in LANGUAGES:
            rows = pictures(shown, self._places, self._notes, language)
            with translation.override(language):
                html = get_template("console/emergency_list.html").render(
                    {"alarms": rows, "more": more, "is_on": True}
                )
            sounding = [
                [row.id, row.priority, row.at_ms]
                for row in rows
                if row.priority <= SOUNDING and not row.notes
            ]
            told = {"on": True, "n": len(rows) + more, "waiting": sounding}
            events[language] = _encode("emergency", {**told, "html": html})
            cue = _encode("emergency", told)
        return State(True, events, cue)

    def _run(self) -> None:
        while not self._is_over and not self._loop.is_closed():
            try:
                if self.look(time.time(), time.monotonic()):
                    self._loop.call_soon_threadsafe(self._tell)
            except (apsw.Error, OSError) as error:
                log.warning("nodlage.inbox_unreadable error=%s", type(error).__name__)
                self._reader = None
                time.sleep(1.0)
            except RuntimeError:
                if self._loop.is_closed():
                    break
                raise
            except Exception:
                log.exception("nodlage.failed")
                time.sleep(1.0)
            time.sleep(LOOK_EVERY_S)
        if self._reader is not None:
            self._reader.close()

    def _tell(self) -> None:
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(self.state)


def off() -> State:
    """What is told when all has been carried."""
    body = {"on": False, "n": 0, "waiting": [], "html": ""}
    event = _encode("emergency", body)
    return State(False, dict.fromkeys(LANGUAGES, event), event)


def _encode(event: str, body: dict[str, object]) -> bytes:
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return f"event: {event}\ndata: {data}\n\n".encode()


_lock = threading.Lock()
_tail: Tail | None = None


def running(loop: asyncio.AbstractEventLoop) -> Tail:
    """The one of this process, started when somebody first asks."""
    global _tail
    with _lock:
        if _tail is None or not _tail.is_alive() or _tail._loop is not loop:
            if _tail is not None:
                _tail.stop()
            _tail = Tail(DataDir(settings.DATA), loop)
            _tail.start()
        return _tail
