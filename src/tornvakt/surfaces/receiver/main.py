"""The receiver process: opens the inbox, listens, and lives until it is told to stop.

It needs neither Django nor the database. Exit codes: 0 told to stop, 2 cannot start (a
sentence says why), 74 the disk refused what it was asked to keep: nothing of that batch was
acknowledged, and whoever watches over us starts us again to read the truth from the disk.
"""

import asyncio
import contextlib
import errno
import gc
import logging
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ParamSpec

import apsw
import uvloop

from tornvakt import VERSION
from tornvakt.base.inbox import salvage
from tornvakt.base.inbox.journal import InboxDamaged, Journal, Mode
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.base.inbox.vanishing import FileVanished
from tornvakt.pure.facts import Refusal
from tornvakt.pure.protocols.dc09.framing import Frame, read_datagram
from tornvakt.surfaces.receiver.accounts import Accounts
from tornvakt.surfaces.receiver.clock import ClockWatch
from tornvakt.surfaces.receiver.connections import Register, raise_descriptor_limit
from tornvakt.surfaces.receiver.links import Links
from tornvakt.surfaces.receiver.options import Options
from tornvakt.surfaces.receiver.station import Station, Ticket
from tornvakt.surfaces.receiver.status import StatusFile
from tornvakt.surfaces.receiver.tcp import TcpConnection
from tornvakt.surfaces.receiver.udp import UdpListener
from tornvakt.surfaces.receiver.window import LINE, WINDOW_S

P = ParamSpec("P")

log = logging.getLogger("tornvakt.receiver")

EXIT_OK, EXIT_CANNOT_START, EXIT_DISK = 0, 2, 74
BACKLOG = 4_096
SWITCH_INTERVAL_S = 0.000_5
"""The writer's thread comes back from each flush and waits for the interpreter; at Python's 5 ms
it waits through whole batches of frames. Measured: 27,000 instead of 21,000 ACK/s, p99 halved."""
LOW_SHARE = 0.10
ENROLMENT_S = 1.0
RECORDINGS_S, MOST_RECORDINGS = 120.0, 50_000


class CannotListen(Refusal):
    """The port is taken, or the address is not ours."""


def run(data: DataDir, *, host: str, dc09_port: int, mode: Mode) -> int:
    """Run the receiver until SIGTERM or SIGINT. Port 0 picks a free one. Returns the exit code."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        with _gathered(data, mode) as receiver:
            uvloop.run(receiver.serve(host, dc09_port))
    except Refusal as refusal:
        print(f"Mottagaren kan inte starta: {refusal}", file=sys.stderr)
        return EXIT_CANNOT_START
    return EXIT_OK


@contextlib.contextmanager
def _gathered(data: DataDir, mode: Mode) -> Iterator["Receiver"]:
    """Open everything in the order it depends on, and close it in the other."""
    options = Options.from_environment()
    data.create()
    journal = _open_inbox(data, mode, options.ballast_mb * 1_048_576)
    accounts = Accounts(data)
    receiver: Receiver | None = None
    try:
        read = accounts.read()
        if read is not None:
            accounts.apply(read)
        links = Links(accounts, options)
        links.open()
        station = Station(journal, accounts, links, options)
        register = Register(
            raise_descriptor_limit(),
            unproven_per_source=options.unproven_per_source,
            grace_s=options.unproven_grace_s,
            half_frame_s=options.half_frame_s,
            idle_s=options.idle_connection_s,
        )
        receiver = Receiver(data, journal, accounts, links, station, register, options)
        yield receiver
    finally:
        if receiver is None or not receiver.has_drained:
            journal.close()
        accounts.close()


def _open_inbox(data: DataDir, mode: Mode, ballast_bytes: int) -> "Journal[Ticket]":
    """Open the inbox; a damaged one is moved away untouched and a new one goes on after it.

    Somebody must look at the damage, and will: the desk gets an alarm and the verifier goes on
    naming the folder. But the alarms that come meanwhile must not wait for that.
    """
    try:
        return Journal.open(data, mode=mode, ballast_bytes=ballast_bytes)
    except InboxDamaged as damage:
        folder = salvage.set_aside(data, now=datetime.now(UTC))
        print(
            f"Inkorgen var skadad ({damage.what}). Den ligger orörd i {folder}, och en ny tar "
            "emot larm från nästa nummer. Kör ./tornvakt journal verify.",
            file=sys.stderr,
            flush=True,
        )
        return Journal.open(data, mode=mode, ballast_bytes=ballast_bytes)


@dataclass(slots=True)
class Receiver:
    """The parts of one receiver, and the loop that keeps them going."""

    data: DataDir
    journal: "Journal[Ticket]"
    accounts: Accounts
    links: Links
    station: Station
    register: Register
    options: Options
    is_full: bool = False
    is_low: bool = False
    has_drained: bool = False
    port: int = 0

    async def serve(self, host: str, port: int) -> None:
        """Listen until told to stop."""
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        self._remember_recent()
        self.links.tell = self._tell
        self.journal.start(
            on_stored=lambda tickets: _from_thread(loop, self._stored, tickets),
            on_refused=lambda tickets, error: _from_thread(loop, self._refused, tickets, error),
            on_broken=_die,
        )
        server, datagrams = await self._listen(loop, host, port)
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        self._tell("receiver.started", version=VERSION)
        status = StatusFile(self.data.status)
        print(f"Tornvakts mottagare lyssnar: DC-09 på {host}:{self.port} (TCP och UDP)", flush=True)
        clock = ClockWatch()
        following = loop.create_task(self._follow_enrolment())
        try:
            while not stop.is_set():
                self._every_second(clock, status)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 1.0)
        finally:
            following.cancel()
            server.close()
            datagrams.close()
            self.links.snapshot(time.monotonic())
            await self._finish_waiting()
            self.register.close_all()
            self.station.recordings.close()
            status.close()

    async def _listen(
        self, loop: asyncio.AbstractEventLoop, host: str, port: int
    ) -> tuple[asyncio.Server, asyncio.DatagramTransport]:
        """TCP and UDP on one port number."""

        def connection() -> TcpConnection:
            return TcpConnection(self.station, self.register, self.options)

        for _attempt in range(20):
            try:
                server = await loop.create_server(
                    connection, host, port, backlog=BACKLOG, reuse_address=True
                )
            except OSError as error:
                raise CannotListen(_why(host, port, error)) from error
            self.port = server.sockets[0].getsockname()[1]
            try:
                datagrams, _listener = await loop.create_datagram_endpoint(
                    lambda: UdpListener(self.station), local_addr=(host, self.port)
                )
            except OSError as error:
                server.close()
                if port == 0:
                    continue  # the number the system gave us is taken for UDP: ask for another
                raise CannotListen(_why(host, port, error, what="UDP-porten")) from error
            return server, datagrams
        raise CannotListen("Ingen ledig port fanns för både TCP och UDP.")

    def _remember_recent(self) -> None:
        """Fill the duplicate window from the inbox: a repeat may span our restart."""
        since_us = int((time.time() - WINDOW_S) * 1e6)
        for key, _entry_id in self.journal.recent(since_us):
            self.station.window.put(key[:LINE], key[LINE:])
        self.station.window.turn(time.monotonic())
        self._remember_recordings()

    def _remember_recordings(self) -> None:
        """Know the enciphered frames that are still within anybody's window of time."""
        since_us = int((time.time() - RECORDINGS_S) * 1e6)
        try:
            self.station.recordings.keep_links_in(self.data.link_memory, since_us=since_us)
        except OSError as error:  # alarms must be received all the same
            log.error("link_memory.unusable error=%s", error)
        first = next((entry_id for _, entry_id in self.journal.recent(since_us)), None)
        if first is None:
            return
        reader = Reader(self.data)
        try:
            entries = reader.after(first - 1, limit=MOST_RECORDINGS)
        finally:
            reader.close()
        for entry in entries:
            if not entry.plain:
                continue
            for frame in read_datagram(entry.raw):
                if isinstance(frame, Frame):
                    _, tail = self.station.recordings.look(frame)
                    self.station.recordings.remember(frame, tail)

    async def _follow_enrolment(self) -> None:
        """Know within two seconds what a command has changed, and go on with what we know if not.

        The reading is done in a thread: the file may be locked, slow or gone.
        """
        has_told = False
        while True:
            if self.accounts.restored:
                self._tell("enrolment.restored", why=self.accounts.restored)
                self.accounts.restored = ""
            await asyncio.sleep(ENROLMENT_S)
            try:
                read = await asyncio.to_thread(self.accounts.read)
            except (apsw.Error, OSError, Refusal) as error:
                log.error("enrolment.unreadable error=%s", error)
                if not has_told:
                    self._tell("enrolment.unreadable", error=type(error).__name__)
                has_told = True
                continue
            has_told = False
            if read is not None:
                self.accounts.apply(read)
                self.links.configure()

    def _every_second(self, clock: ClockWatch, status: StatusFile) -> None:
        now = time.monotonic()
        at_us = time.time_ns() // 1000
        jump = clock.jump_s()
        if jump is not None:
            self._tell("receiver.clock_jumped", seconds=round(jump, 1))
        self.links.tick()
        self.station.every_second()
        self.station.notices.every_minute(at_us=at_us, now=now)
        self.register.sweep(now)
        if int(now) % 5 == 0:
            self.register.sweep_idle(now)
        self._mind_the_disk()
        status.write(self._status())

    def _mind_the_disk(self) -> None:
        usage = shutil.disk_usage(self.data.receiver)
        is_low = usage.free < usage.total * LOW_SHARE
        if is_low and not self.is_low:
            self._tell("receiver.space_low", free_bytes=usage.free)
        self.is_low = self.station.is_space_low = is_low

    def _status(self) -> dict[str, object]:
        return {
            "at": time.time(),
            "pid": os.getpid(),
            "state": "full" if self.is_full else "ok",
            "last_id": self.journal.last_id,
            "stored": self.station.stored,
            "refused": self.station.refused,
            "repeats": self.station.repeats,
            "connections": len(self.register),
            "dc09_port": self.port,
            "free_bytes": shutil.disk_usage(self.data.receiver).free,
            "free_low": self.is_low,
            "pulse": self.station.pulse,
            "open_links_failed": self.links.failed_count,
            "version": VERSION,
        }

    def _tell(self, name: str, *, account: str = "", **params: object) -> None:
        self.station.notices.tell(
            name,
            at_us=time.time_ns() // 1000,
            now=time.monotonic(),
            account=account,
            path="",
            params=params,
        )

    def _stored(self, tickets: list[Ticket]) -> None:
        if self.is_full:
            self.is_full = False
            self._tell("receiver.disk_ok")
        self.station.deliver(tickets)

    def _refused(self, tickets: list[Ticket], error: Exception) -> None:
        self.station.refuse(tickets)
        log.error("inbox.refused tickets=%d error=%s", len(tickets), error)
        if self.journal.is_full and not self.is_full:
            self.is_full = True
            self._tell("receiver.disk_full")

    async def _finish_waiting(self) -> None:
        """Let what has been received be stored and answered before the lines are closed."""
        self.has_drained = True
        await asyncio.get_running_loop().run_in_executor(None, self.journal.close)
        await asyncio.sleep(0)  # the last batch's answers stand in the loop's queue


def _why(host: str, port: int, error: OSError, *, what: str = "Porten") -> str:
    """Say in Swedish why we cannot listen; the loop's own text is English whatever the locale."""
    where = f"{what} {port} på {host} går inte att öppna"
    if isinstance(error, socket.gaierror):
        return f"{where}: adressen finns inte."
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"{where}: den är upptagen. "
                "Stoppa det som använder den eller välj en annan med --dc09."
            )
        case errno.EADDRNOTAVAIL:
            return f"{where}: adressen hör inte till den här maskinen."
        case errno.EACCES | errno.EPERM:
            return f"{where}: den kräver rättigheter. Välj en över 1023 med --dc09."
    return f"{where} ({error.strerror or error})."


def _from_thread(
    loop: asyncio.AbstractEventLoop, action: Callable[P, None], *args: P.args, **_: P.kwargs
) -> None:
    # The loop may be gone when the last batch of a stop is told: then nobody waits for it.
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(action, *args)


def _die(error: BaseException) -> None:
    """A write or flush failed: what is on the disk is unknown, so nothing more may be promised.

    The kernel may have dropped the pages and report success next time; trying again would lie.
    """
    what = "disken tog inte emot det den bads spara"
    if isinstance(error, FileVanished):
        what = "inkorgens filer har flyttats eller tagits bort medan den arbetade"
    print(
        f"Mottagaren stannar: {what} ({error}). Inget av det är kvitterat; sändarna försöker igen.",
        file=sys.stderr,
        flush=True,
    )
    os._exit(EXIT_DISK)
