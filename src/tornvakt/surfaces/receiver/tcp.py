"""DC-09 over TCP: persistent and one-shot connections, split and joined frames.

One object per connection, everything on the event loop's thread. A client that is slow, noisy,
huge or reads nothing only ever costs itself: its own buffer is bounded, its own reading is
paused, its own connection is closed.
"""

import asyncio
import logging
import time
from typing import cast

from tornvakt.pure.protocols.dc09.framing import Broken, Splitter
from tornvakt.surfaces.receiver.connections import Register
from tornvakt.surfaces.receiver.options import Options
from tornvakt.surfaces.receiver.station import Station, Trust

log = logging.getLogger("tornvakt.receiver")


CHUNK = 8_192
"""Bytes read from one connection in one turn: some hundred frames. With more, one that sends all
it has would hold up the others for as long as its whole buffer takes."""

MOST_JUNK = 65_536
"""Bytes without one good frame among them, after which a connection is closed."""

_buffer = memoryview(bytearray(CHUNK))
"""One for all connections: it is filled and emptied within one turn of the loop's thread."""


class TcpConnection(asyncio.BufferedProtocol):
    """One panel's connection."""

    __slots__ = (
        "_is_at_end",
        "_is_enrolled",
        "_is_paused",
        "_is_proven",
        "_junk",
        "_options",
        "_register",
        "_splitter",
        "_station",
        "_transport",
        "half_frame_since",
        "heard_at",
        "opened_at",
        "path",
        "pending",
        "source",
    )

    def __init__(self, station: Station, register: Register, options: Options) -> None:
        self._station = station
        self._register = register
        self._options = options
        self._splitter = Splitter()
        self._transport: asyncio.Transport | None = None
        self._is_at_end = False
        self._is_paused = False
        self._is_proven = False
        self._is_enrolled = False
        self._junk = 0
        self.pending = 0
        self.source = ""
        self.path = ""
        self.opened_at = self.heard_at = time.monotonic()
        self.half_frame_since = 0.0

    def connection_made(self, base: asyncio.BaseTransport) -> None:
        """A panel has connected."""
        transport = cast(asyncio.Transport, base)  # uvloop's is not derived from it
        peer = transport.get_extra_info("peername")
        self.source = str(peer[0]) if peer else "?"
        self.path = f"tcp {self.source}"
        self._transport = transport
        transport.set_write_buffer_limits(high=self._options.most_unread_reply_bytes)
        if not self._register.add(self):
            log.warning("connection.no_room source=%s", self.source)
            self._transport = None
            transport.abort()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes go."""
        return _buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come: frames to the station, in order."""
        at_us = time.time_ns() // 1000
        now = time.monotonic()
        self.heard_at = now
        station = self._station
        self._junk += nbytes
        for item in self._splitter.feed(bytes(_buffer[:nbytes])):
            if isinstance(item, Broken):
                station.broken(item, self, at_us)
                continue
            self._junk = 0
            trust = station.receive(item, self, at_us)
            if not self._is_enrolled and trust is not Trust.NONE:
                self._note(trust)
        if self._junk > MOST_JUNK:
            self.drop("junk")
            return
        if not self._splitter.has_partial:
            self.half_frame_since = 0.0
        elif not self.half_frame_since:
            self.half_frame_since = now
        if self.pending > self._options.most_waiting_replies:
            self._pause()
        elif nbytes == CHUNK:
            # There is more to read: let the others have their turn first. The loop would
            # otherwise go on reading this connection a dozen times over.
            self._pause()
            asyncio.get_running_loop().call_soon(self._go_on)

    def eof_received(self) -> bool:
        """The panel has sent all it will; keep the line until its answers are out."""
        self._is_at_end = True
        return self.pending > 0

    def pause_writing(self) -> None:
        """The panel does not read its answers: that must not cost us memory."""
        self.drop("reads_nothing")

    def connection_lost(self, exc: Exception | None) -> None:
        """The line is gone; answers that still wait find nobody."""
        self._register.remove(self)
        self._transport = None

    def answer(self, reply: bytes) -> None:
        """Send one whole reply, unless the line is closing."""
        transport = self._transport
        # uvloop raises where asyncio only warns when one writes to a closed transport.
        if transport is not None and reply and not transport.is_closing():
            transport.write(reply)

    def answered(self) -> None:
        """An answer has left the queue: perhaps read on, perhaps hang up."""
        if self._transport is None:
            return
        self._go_on()
        if self._is_at_end and not self.pending:
            self._transport.close()

    def _note(self, trust: Trust) -> None:
        self._is_enrolled = trust is Trust.ENROLLED
        if self._is_enrolled or not self._is_proven:
            self._is_proven = True
            self._register.prove(self, is_enrolled=self._is_enrolled)

    def _pause(self) -> None:
        if self._transport is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def _go_on(self) -> None:
        """Read again, if few enough answers wait."""
        if self._is_paused and self.pending <= self._options.most_waiting_replies // 2:
            self._is_paused = False
            if self._transport is not None and not self._transport.is_closing():
                self._transport.resume_reading()

    def drop(self, why: str) -> None:
        """Close the line now."""
        transport, self._transport = self._transport, None
        if transport is not None:
            log.info("connection.dropped source=%s why=%s", self.source, why)
            transport.abort()
