"""Fan-out: one event, encoded once per language, to every desk's stream.

Lives in the event loop's thread. Each desk has a short queue of its own; one that reads too slowly
loses its queue and is told to fetch everything again, so it can never hold the others up.
"""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tornvakt.surfaces.console import tail, windows
from tornvakt.surfaces.console.health import look
from tornvakt.surfaces.console.listeners import who_may_no_more

PING_S = 2.0
QUEUE_LENGTH = 64
LIFETIME_S = 900.0
"""A stream ends after this long and the desk opens a new one."""
RECHECK_S = 20.0
"""How often it is asked whether those who listen still may: an account that was closed, a role
that was taken away or a session that ended is noticed within this time."""
STREAMS_A_SESSION = 8
"""A desk, its map and a few windows more: each holds a line, a queue and a window's place."""
RESYNC = b"event: resync\ndata: {}\n\n"
_END = b""


def encode(event: str, body: Mapping[str, object], identity: str = "") -> bytes:
    """One server-sent event. JSON has no line breaks, so one ``data`` line is enough."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    head = f"id: {identity}\n" if identity else ""
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


def _greeting(desk: "Desk") -> bytes:
    """What a window shows with its answers."""
    return encode("desk", {"k": windows.token_for(desk.window)}) if desk.window else b""


def _emergency(desk: "Desk", *, always: bool = False) -> bytes:
    """What a desk is told of what is not carried; nothing when there is nothing to tell."""
    state = tail.running(asyncio.get_running_loop()).state
    if not (state.is_on or always):
        return b""
    if desk.is_locked:
        return state.cue or tail.off().cue
    return (state.events or tail.off().events or {})[desk.language]


@dataclass(eq=False)
class Desk:
    """One open stream."""

    language: str
    user_id: int
    call_name: str
    session_key: str = ""
    """The session it was opened in; it ends with it."""
    is_locked: bool = False
    """Whether it may only count and sound: then it is sent cues, and nothing that names a place."""
    is_over: bool = False
    is_map: bool = False
    """Whether it is the map's window: nobody is at a desk because of it."""
    window: windows.Window | None = None
    """Which window of the desk it is; None for one that does not say."""
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE_LENGTH))

    def put(self, data: bytes) -> None:
        """Queue ``data``; a desk that is too far behind starts over instead."""
        if self.is_over:
            return
        try:
            self.waiting.put_nowait(data)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(RESYNC)

    def end(self) -> None:
        """Tell nothing more, and end the stream: the page then asks and learns why."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.put(RESYNC)
        self.put(_END)
        self.is_over = True


class Hub:
    """Every open stream of this web process. All methods belong in the loop's thread."""

    def __init__(self) -> None:
        self.desks: set[Desk] = set()
        self.read_at = time.monotonic()
        """When the feed last read the database, by the monotonic clock."""
        self.carried_at: float | None = None
        """When the newest pulse in the database left the receiver, epoch seconds."""
        self.sequence = "none"
        """The newest event that was broadcast."""
        self._asked_at = 0.0
        self._pinging: asyncio.Task[None] | None = None
        self._rechecking: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._asking: set[asyncio.Task[None]] = set()

    def broadcast(
        self, by_language: Mapping[str, bytes], cue: bytes = b"", sequence: str = ""
    ) -> None:
        """Give every desk the event in its language, and the locked ones the cue instead."""
        self.sequence = sequence or self.sequence
        for desk in self.desks:
            data = cue if desk.is_locked else by_language[desk.language]
            if data:
                desk.put(data)

    def resync(self) -> None:
        """Tell every desk to fetch everything: changes may have been lost on the way here."""
        self.sequence = "none"  # what they draw next has a name we have not sent
        for desk in self.desks:
            desk.put(RESYNC)

    def end_session(self, session_key: str) -> None:
        """End the streams of a session at once: its person has signed out."""
        for desk in self.desks:
            if desk.session_key == session_key:
                desk.end()

    async def recheck(self) -> None:
        """End the streams of those who may no longer see the desk. Asks in a thread of its own."""
        asked = {(desk.session_key, desk.user_id) for desk in self.desks if not desk.is_over}
        ended = await asyncio.to_thread(who_may_no_more, asked)
        for desk in self.desks:
            if (desk.session_key, desk.user_id) in ended:
                desk.end()

    def recheck_now(self) -> None:
        """A role, an account or a session has ended somewhere: ask at once."""
        task = asyncio.ensure_future(self.recheck())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def note_read(self, read_at: float, carried_at: float | None) -> None:
        """The feed has read the database; remember it for the next ping."""
        self.read_at, self.carried_at = read_at, carried_at

    def who_is_here(self) -> set[int]:
        """Whose desks are open, locked ones too; may be asked from any thread."""
        return {desk.user_id for desk in tuple(self.desks) if not (desk.is_over or desk.is_map)}

    def has_place(self, desk: Desk) -> bool:
        """Whether the session of ``desk`` may have one more stream.

        A window that opens its stream anew takes the place of the old one, whose line may be gone
        without a word: a desk on a poor line is never shut out by its own lost streams.
        """
        open_ones = [
            each
            for each in self.desks
            if each is not desk and each.session_key == desk.session_key and not each.is_over
        ]
        if len(open_ones) < STREAMS_A_SESSION:
            return True
        if desk.window is None:
            return False
        same = [each for each in open_ones if each.window == desk.window]
        for each in same:
            each.end()
        return len(open_ones) - len(same) < STREAMS_A_SESSION

    def has_locked(self) -> bool:
        """Whether anybody has to be sent cues; may be asked from any thread."""
        return any(desk.is_locked for desk in tuple(self.desks))

    def ping(self, *, asks: bool = True) -> bytes:
        """Server time, who is here, and whether what stands on the desk can be trusted.

        With ``asks`` it carries a number that each window answers with (`windows`).
        """
        now = time.time()
        found = look(now, database_age=time.monotonic() - self.read_at, carried_at=self.carried_at)
        present = sorted({desk.call_name for desk in self.desks if not desk.is_map})
        asked = {"n": windows.nonce(now, self.sequence)} if asks else {}
        return encode("ping", {"t": round(now * 1000), "on": present, **asked, **found.as_dict()})

    async def stream(
        self, desk: Desk, begin: Callable[[], Awaitable[bytes]]
    ) -> AsyncGenerator[bytes, None]:
        """Yield a desk's events until it goes away. Holds no database connection.

        ``begin`` says what it is told first, nothing if its page shows what is current. It is
        asked once the desk is among those that are told: what changes meanwhile reaches it too.
        """
        if not self.has_place(desk):  # others of the session were as fast: each asks again
            return
        self.desks.add(desk)
        if desk.window is not None:
            windows.known.opened(desk.window, datetime.now(UTC))
        if self._pinging is None or self._pinging.done():
            self._pinging = asyncio.create_task(self._ping_all())
        if self._rechecking is None or self._rechecking.done():
            self._rechecking = asyncio.create_task(self._recheck_all())
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._tell_emergencies())
        try:
            yield b"retry: 2000\n\n" + _greeting(desk) + self.ping() + _emergency(desk)
            if first := await begin():
                yield first
            if not desk.is_locked and (told := _emergency(desk)):
                yield told  # the first was a cue: it was not known yet that it may show places
            end = time.monotonic() + LIFETIME_S
            while time.monotonic() < end:
                data = await desk.waiting.get()  # a ping at the latest
                if data == _END:
                    return
                yield data
        finally:
            self.desks.discard(desk)
            if desk.window is not None:
                windows.known.closed(desk.window)

    async def _ping_all(self) -> None:
        while self.desks:
            await asyncio.sleep(PING_S)
            now = time.time()
            asks, self._asked_at = windows.is_due(now, self._asked_at), now
            data = self.ping(asks=asks)
            for desk in self.desks:
                desk.put(data)

    async def _tell_emergencies(self) -> None:
        """Pass on what is not carried into the database; the database is not asked for it."""
        watched = tail.running(asyncio.get_running_loop())
        queue = watched.listen()
        try:
            while self.desks:
                with suppress(TimeoutError):
                    async with asyncio.timeout(RECHECK_S):
                        await queue.get()
                    for desk in self.desks:
                        desk.put(_emergency(desk, always=True))
        finally:
            watched.leave(queue)

    async def _recheck_all(self) -> None:
        while self.desks:
            await asyncio.sleep(RECHECK_S)
            await self.recheck()

    async def close(self) -> None:
        """Stop pinging and asking; for tests that end a loop."""
        for task in (self._pinging, self._rechecking, self._listening):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
