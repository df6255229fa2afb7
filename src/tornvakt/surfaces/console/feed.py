"""The one thread that watches the database on behalf of every open desk.

It is woken by a commit, reads the facts newer than the last, renders the rows they touch once per
language and hands the bytes to the loop. Whatever the number of desks, the cost in the database is
the same. Facts only say *which* incidents to read: the rows themselves are the truth, so reading
one twice does no harm and a missed fact is repaired by the next.
"""

import asyncio
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import translation

from tornvakt.base.access.facts import RoleEnded, SessionsEnded
from tornvakt.base.access.models import User
from tornvakt.base.facts import presence, pulse
from tornvakt.base.facts.bus import name_of
from tornvakt.base.facts.models import FactRow
from tornvakt.base.facts.wake import Watch, watch
from tornvakt.domains.incidents.pictures import QueueRow
from tornvakt.domains.incidents.selectors import newest_log_id, rows_of
from tornvakt.domains.incidents.services import see_desks
from tornvakt.domains.incidents.services.windows import note_answers
from tornvakt.surfaces.console import cues, load, log_list, rows, silence, windows
from tornvakt.surfaces.console.hub import Hub, encode

log = logging.getLogger(__name__)

LANGUAGES = ("sv", "en")
GATHER_S = 0.06
"""Shortest time between two events; what happens within it travels together."""
REREAD_S = 5.0
"""PostgreSQL lets ids become visible out of order: facts this young are looked at again."""
IDLE_S = 1.0
LOAD_EVERY_S = 30.0
SEEN_EVERY_S = 20.0
"""How often it is noted whose desks are open: a take lapses when its owner's desk is gone."""
FACTS_AT_ONCE = 1_000
ENDINGS = frozenset({name_of(RoleEnded), name_of(SessionsEnded)})
"""After these somebody who listens may have to stop."""
WINDOWS_EVERY_S = 2.0
"""How often what the windows have answered is written, all in one."""
LOG_EVERY_S = 1.0
"""A burst of arming signals redraws the log once a second, not once a signal."""


class Feed:
    """Reads changes in a thread of its own and gives them to ``hub`` in ``loop``."""

    def __init__(self, hub: Hub, loop: asyncio.AbstractEventLoop) -> None:
        self._hub = hub
        self._loop = loop
        self._epoch = secrets.token_hex(4)
        self._count = 0
        self._floor = 0
        self._seen: dict[int, float] = {}
        self._load_at = self._log_at = self._seen_at = self._written_at = 0.0
        self._silence_changed = False
        self._log_newest = -1
        self._may_have_lost = False
        self._is_over = False
        self._thread = threading.Thread(target=self._run, name="desk-feed", daemon=True)

    @property
    def sequence(self) -> str:
        """Names the newest event. Another process, or a gap, gives another name."""
        return f"{self._epoch}-{self._count}"

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching, within a second or two."""
        self._is_over = True

    def join(self) -> None:
        """Wait until the thread has given its connections back."""
        self._thread.join(5)

    def is_alive(self) -> bool:
        """Whether the thread runs and its loop is still there to hear it."""
        return self._thread.is_alive() and not self._loop.is_closed()

    def _run(self) -> None:
        watcher: Watch | None = None
        file = presence.DatabaseFile()
        while not self._is_over and not self._loop.is_closed():
            if file.is_another():
                presence.leave()
                break
            try:
                if watcher is None:
                    watcher = watch()
                    self._begin()
                watcher.wait(IDLE_S)
                started = time.monotonic()
                self._read()
                if self._may_have_lost:
                    self._may_have_lost = False
                    self._tell(self._hub.resync)
                time.sleep(max(0.0, GATHER_S - (time.monotonic() - started)))
            except Exception as error:
                if self._loop.is_closed():
                    break
                self._may_have_lost = True
                if isinstance(error, DatabaseError | InterfaceError):
                    # The desks see it in the next ping: nothing has been read for a while.
                    log.warning("feed.database_away error=%s", type(error).__name__)
                else:
                    log.exception("feed.failed")
                if watcher is not None:
                    watcher.close()
                watcher = None
                close_old_connections()
                time.sleep(IDLE_S)
        if watcher is not None:
            watcher.close()
        connection.close()

    def _begin(self) -> None:
        """Start at the newest fact, under a new name; the desks fetch everything after it.

        A page that was drawn before this moment carries another name, and fetches when its stream
        opens: what changed between its rows and our first look would never be told.
        """
        newest = FactRow.objects.order_by("-id").values_list("id", flat=True).first()
        self._floor = newest or 0
        self._seen.clear()
        self._epoch = secrets.token_hex(4)
        self._may_have_lost = True

    def _read(self) -> None:
        changed = self._changed_incidents()
        beat = pulse.current()
        carried_at = beat.received_at.timestamp() if beat else None
        now = time.monotonic()
        self._tell(self._hub.note_read, now, carried_at)
        self._note_desks(now)
        self._write_windows(now)
        self._tell_silence()
        logged = self._has_new_log(now)
        if not changed and not logged and now - self._load_at < LOAD_EVERY_S:
            return
        self._load_at = now
        found = rows_of(rows.DESK_VIEWER, changed) if changed else []
        entries = rows.newest_entries(changed) if changed else {}
        counts = load.last_hour(datetime.now(UTC))
        self._count += 1
        events = {}
        for language in LANGUAGES:
            with translation.override(language):
                body = self._change(found, entries)
                body["load"] = counts
                if logged:
                    body["log"] = log_list.render()
            events[language] = encode("rows", body, self.sequence)
        cue = encode("cue", cues.body()) if self._hub.has_locked() else b""
        self._tell(self._hub.broadcast, events, cue, self.sequence)

    def _note_desks(self, now: float) -> None:
        if now - self._seen_at < SEEN_EVERY_S:
            return
        self._seen_at = now
        here = User.objects.filter(pk__in=self._hub.who_is_here()).values_list("pk", flat=True)
        if here:
            see_desks(user_ids=list(here), now=datetime.now(UTC))

    def _write_windows(self, now: float) -> None:
        """Write what the windows have answered since the last time; one that is away waits."""
        if now - self._written_at < WINDOWS_EVERY_S:
            return
        self._written_at = now
        answers = windows.known.to_write()
        if not answers:
            return
        try:
            note_answers(answers=answers)
        except (DatabaseError, InterfaceError):
            windows.known.not_written(answers)
            raise
        except Exception:  # whatever is wrong with them, the queue goes on
            log.exception("feed.answers_not_written")
        windows.known.forget_old(datetime.now(UTC))

    def _tell_silence(self) -> None:
        """A desk fell silent or came back, people are being called or have answered."""
        if not self._silence_changed:
            return
        self._silence_changed = False
        events = {}
        for language in LANGUAGES:
            with translation.override(language):
                events[language] = encode("silence", {"html": silence.render_shared()})
        self._tell(self._hub.broadcast, events)

    def _has_new_log(self, now: float) -> bool:
        if now - self._log_at < LOG_EVERY_S:
            return False
        self._log_at = now
        newest, self._log_newest = self._log_newest, newest_log_id()
        return newest not in (-1, self._log_newest)

    def _changed_incidents(self) -> set[int]:
        now = time.monotonic()
        ids = FactRow.objects.filter(id__gt=self._floor).values_list("id", flat=True)
        # Only the ids of those that were seen already: in a storm they are thousands.
        fresh = [fact_id for fact_id in ids if fact_id not in self._seen]
        changed = set()
        has_ended = False
        for name, body in _told(fresh):
            has_ended = has_ended or name in ENDINGS
            self._silence_changed = self._silence_changed or name in silence.FACTS
            if "incident_id" in body:
                changed.add(int(body["incident_id"]))
        self._seen |= dict.fromkeys(fresh, now)
        keep = 0.0 if connection.vendor == "sqlite" else REREAD_S
        old = [fact_id for fact_id, at in self._seen.items() if now - at >= keep]
        if old:
            self._floor = max(self._floor, max(old))
            for fact_id in old:
                del self._seen[fact_id]
        if has_ended:
            self._tell(self._hub.recheck_now)
        return changed

    def _change(self, found: list[QueueRow], entries: dict[int, int]) -> dict[str, object]:
        """One change of the picture; ``changed`` lets a desk renew the incident it shows."""
        now = datetime.now(UTC)
        shown = [
            rows.picture(row, entries.get(row.id), now) for row in found if row.closed_at is None
        ]
        return {
            "seq": self.sequence,
            "rows": [{"id": row.id, "html": rows.render(row)} for row in shown],
            "gone": [row.id for row in found if row.closed_at is not None],
            "changed": [row.number for row in found],
        }

    def _tell(self, work: object, *arguments: object) -> None:
        self._loop.call_soon_threadsafe(work, *arguments)  # type: ignore[arg-type]


def _told(fact_ids: Sequence[int]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the content of facts, many at a time."""
    for first in range(0, len(fact_ids), FACTS_AT_ONCE):
        part = FactRow.objects.filter(id__in=fact_ids[first : first + FACTS_AT_ONCE])
        yield from part.values_list("name", "body")


_lock = threading.Lock()
_feed: Feed | None = None


def running(loop: asyncio.AbstractEventLoop) -> tuple[Hub, Feed]:
    """The hub and the feed of this process; started when the first desk opens its stream."""
    global _feed
    with _lock:
        if _feed is None or not _feed.is_alive() or _feed._loop is not loop:
            _feed = Feed(Hub(), loop)
            _feed.start()
        return _feed._hub, _feed


def end_session(session_key: str) -> None:
    """End the streams of a session; called from any thread."""
    with _lock:
        if _feed is not None and _feed.is_alive():
            _feed._tell(_feed._hub.end_session, session_key)


def sequence() -> str:
    """Where the stream stands now; read it *before* the rows of a page."""
    return _feed.sequence if _feed is not None and _feed.is_alive() else "none"
