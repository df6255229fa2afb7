"""The parent of `./tornvakt start`: keeps the processes alive, and ends them all together.

No Django here, and one thread. What died comes back (`restarts.py` says when); what lives but
does nothing is found by the watchdog's pulse through the real path, killed and started again,
and the installation reports that itself as an alarm.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import watchdog
from tornvakt.surfaces.cli.child import Child, Service
from tornvakt.surfaces.cli.logs import LogFile
from tornvakt.surfaces.cli.restarts import Heart, Pulses, Restarts
from tornvakt.surfaces.cli.words import swedish_error

STOP_S = 2.3
"""What a process gets between SIGTERM and SIGKILL; all must be gone within three seconds."""
REPORT_EVERY_S = 60.0
STARTING_S = 30.0
"""A process that has just been started may be silent for so much longer."""
TELL_EVERY_DEATH = 6
TELL_EACH = 20
"""After so many deaths in a row only every twentieth is told: the log has them all."""
WEB, WORKER, RECEIVER = "web", "worker", "receiver"

Say = Callable[[str], None]


@dataclass(slots=True)
class Kept:
    """A service that is kept alive, and what is known of it."""

    service: Service
    restarts: Restarts
    heart: Heart
    child: Child | None = None
    last_status: object = None
    reported: float = -REPORT_EVERY_S


@dataclass(slots=True)
class Parent:
    """Keeps services alive until `stop` is set."""

    data: DataDir
    say: Say
    panel: watchdog.WatchPanel
    web_address: tuple[str, int]
    web_uses_tls: bool = False
    every_s: float = watchdog.EVERY_S
    late_s: float = watchdog.LATE_S
    starting_s: float = STARTING_S
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    kept: dict[str, Kept] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _once: set[Child] = field(default_factory=set)
    _pulses: Pulses = field(init=False)

    def __post_init__(self) -> None:
        self._pulses = Pulses(limit_s=self.late_s)

    def listen_for_signals(self) -> None:
        """Let Ctrl-C, a stop from the system and a closed terminal end everything."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup keeps its promise
                loop.add_signal_handler(number, self.stop.set)

    def keep(self, service: Service) -> None:
        """Start a service and keep it alive from now on."""
        kept = Kept(
            service,
            Restarts(longest_s=service.longest_pause_s),
            Heart(limit_s=self.late_s, last=time.monotonic()),
        )
        self.kept[service.word] = kept
        self._run(lambda: self._keep_alive(kept))

    async def once(self, service: Service) -> int:
        """Run a service that ends by itself. Returns its exit code."""
        child = self._start(service)
        self._once.add(child)
        try:
            return await child.ended()
        finally:
            self._once.discard(child)

    def watch(self) -> None:
        """Send pulses from now on, and look at who follows them."""
        self._run(self._watch)

    async def end(self) -> None:
        """End every process: first asked, then killed. Takes less than three seconds."""
        self.stop.set()
        children = [kept.child for kept in self.kept.values() if kept.child] + list(self._once)
        alive = [child for child in children if child.is_alive]
        for child in alive:
            child.signal(signal.SIGTERM)
        ends = [asyncio.ensure_future(child.ended()) for child in alive]
        if ends:
            _done, late = await asyncio.wait(ends, timeout=STOP_S)
            if late:
                for child in alive:
                    if child.is_alive:
                        child.signal(signal.SIGKILL)
                await asyncio.wait(ends, timeout=0.5)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.ensure_future(self._again_and_again(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again_and_again(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run a loop of ours. A fault in it is told, and must not leave the processes alone."""
        while not self.stop.is_set():
            try:
                await work()
                return
            except Exception as error:
                self.say(f"ett fel i Tornvakts egen övervakning: {error!r}")
                await self._pause(1.0)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not beyond the end."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop.wait(), seconds)

    def _start(self, service: Service) -> Child:
        log = LogFile(self.data.logs / f"{service.word}.log")
        return Child(service, log, lambda line: self._hear(service, line))

    def _hear(self, service: Service, line: str) -> None:
        """Show on the terminal what somebody there may have to act on; the log has the rest."""
        if "/halsa/" in line:
            return  # our own question; its answer is the watchdog's business
        if any(mark in line for mark in (" ERROR ", " CRITICAL ", "kan inte", "stannar:")):
            self.say(f"{service.name}: {line.strip()[:200]}")

    async def _keep_alive(self, kept: Kept) -> None:
        while not self.stop.is_set():
            if kept.child is None or not kept.child.is_alive:
                kept.heart.beat(time.monotonic() + self.starting_s)
                try:
                    kept.child = self._start(kept.service)
                except OSError as error:
                    # Out of processes or memory: that passes, and then we must still be here.
                    self.say(f"{kept.service.name} gick inte att starta: {swedish_error(error)}.")
                    await self._pause(kept.restarts.pause(0.0))
                    continue
            code = await kept.child.ended()
            if self.stop.is_set():
                return
            pause = kept.restarts.pause(kept.child.lived_s())
            self._tell_death(kept, code, pause)
            await self._pause(pause)

    def _tell_death(self, kept: Kept, code: int, pause: float) -> None:
        name = kept.service.name
        how = f"signal {-code}" if code < 0 else f"slutkod {code}"
        again = f"startar om den om {pause:.1f} s".replace(".", ",")
        if kept.restarts.is_struggling:
            again = f"den har dött {kept.restarts.deaths} gånger i rad, {again}"
        deaths = kept.restarts.deaths
        if deaths <= TELL_EVERY_DEATH or deaths % TELL_EACH == 0:
            self.say(f"{name} avslutades ({how}), {again}.")
        self._report(kept, f"{name.capitalize()} avslutades oväntat ({how}) och startas om.")

    def _report(self, kept: Kept, text: str) -> None:
        """Make it an alarm, at most once a minute for each service."""
        now = time.monotonic()
        if kept.service.is_watched and now - kept.reported >= REPORT_EVERY_S:
            kept.reported = now
            self.panel.tell(text)

    async def _watch(self) -> None:
        while not self.stop.is_set():
            number, web = await asyncio.gather(
                self.panel.pulse(),
                watchdog.web_answers(*self.web_address, tls=self.web_uses_tls),
            )
            now = time.monotonic()
            if number is not None:
                self._pulses.add(number, now)
                self._beat(RECEIVER)
                await self.panel.tell_waiting()
            if web:
                self._beat(WEB)
            self._look_at_worker(now)
            self._end_the_stuck(now)
            await self._pause(self.every_s)

    def _beat(self, word: str) -> None:
        if word in self.kept:
            self.kept[word].heart.beat(time.monotonic())

    def _look_at_worker(self, now: float) -> None:
        kept = self.kept.get(WORKER)
        if kept is None:
            return
        status = watchdog.read_status(self.data.logs / "worker.status")
        # Compared with what it said last, not with the clock on the wall, which may jump.
        has_moved = status is not None and status.get("at") != kept.last_status
        if status is None or not has_moved:
            return
        kept.last_status = status.get("at")
        pulse = status.get("pulse")
        # One that waits for the database is no less alive; another would wait just the same.
        is_waiting = status.get("state") == "waiting"
        if is_waiting or not isinstance(pulse, int) or self._pulses.is_followed(pulse, now):
            kept.heart.beat(now)

    def _end_the_stuck(self, now: float) -> None:
        for word in (RECEIVER, WEB, WORKER):
            kept = self.kept.get(word)
            if kept is None or kept.child is None or not kept.child.is_alive:
                continue
            if kept.heart.is_late(now):
                name = kept.service.name
                self.say(f"{name} svarar inte sedan {now - kept.heart.last:.0f} s, avbryter den.")
                self._report(kept, f"{name.capitalize()} slutade svara och startas om.")
                kept.child.signal(signal.SIGKILL)
