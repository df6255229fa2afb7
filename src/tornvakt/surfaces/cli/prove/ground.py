"""What the proofs stand on.

A place to run, the verdict, and the comparison of ACKs with the inbox.
"""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.protocols.dc09 import framing
from tornvakt.surfaces.cli.bench.bed import Bed, enrol, makers
from tornvakt.surfaces.cli.bench.subject import Subject, entries, numbers, wait_for
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan
from tornvakt.surfaces.cli.dialler.frames import accounts
from tornvakt.surfaces.cli.dialler.outcome import Outcome
from tornvakt_verify import verify

FIRST = "A000"
PANELS = 4


class Verdict(StrEnum):
    """How a proof ended. Only ``HOLDS`` counts."""

    HOLDS = "håller"
    BROKEN = "**HÅLLER INTE**"
    COULD_NOT_RUN = "**KUNDE INTE KÖRAS**"


class Broken(Exception):
    """The promise did not hold; the message says what was seen."""


class CouldNotRun(Exception):
    """Something the proof needs is missing here; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a proof showed: what was done, what came of it, how many times."""

    done: str
    found: str
    n: int


@dataclass(slots=True)
class Ground:
    """A folder for one proof, and the form it runs in."""

    folder: Path
    is_long: bool
    _count: int = 0

    def size(self, short: int, long: int) -> int:
        """Return how much this form does."""
        return long if self.is_long else short

    def data(self, *, panels: int = PANELS, key: bytes | None = None) -> DataDir:
        """Return a fresh data directory in which the panels are enrolled."""
        self._count += 1
        data = DataDir(self.folder / f"data-{self._count}")
        data.create()
        enrol(data, accounts(FIRST, panels), key=key)
        return data

    def bed(self) -> Bed:
        """Return the bench's view of the same folder (yardstick-free)."""
        return Bed(self.folder / "bed", is_quick=not self.is_long)


@dataclass(slots=True)
class Load:
    """Panels that send in a thread of their own until told to stop; they outlive the receiver."""

    subject: Subject
    plan: Plan
    panels: int = PANELS
    key: bytes | None = None
    outcome: Outcome = field(init=False)
    _engine: Engine = field(init=False)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._engine = Engine(
            self.subject.address,
            makers(FIRST, self.panels, key=self.key),
            self.plan,
            numbers=iter(range(1, 1_000_000_000)),
        )
        self.outcome = self._engine.outcome
        self._thread = threading.Thread(target=self._engine.run, name="load", daemon=True)

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._engine.end()
        self._thread.join()

    def finish(self, seconds: float = 60.0) -> Outcome:
        """Send nothing new, wait for what is out; return the outcome. Raises Broken in vain."""
        self._engine.send_no_more()
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise Broken(f"lasten blev inte klar på {seconds:.0f} s: {self.outcome.summary()}")
        return self.outcome

    @property
    def acked(self) -> int:
        """How many have been acknowledged so far."""
        return len(self.outcome.acked)


def compare(data: DataDir, acked: Iterable[int], *, is_clock_steady: bool = True) -> int:
    """Hold the ACK list against the inbox; return how many were acknowledged.

    Raises Broken when an acknowledged signal is missing or stored twice, when a stored frame is
    not a whole right frame, when the receive times run backwards, or when the chain does not hold.
    """
    acked = list(acked)
    stored = Counter(number for _entry, number in numbers(data))
    lost = [number for number in acked if number not in stored]
    twice = [number for number, times in stored.items() if times > 1]
    if lost:
        raise Broken(f"{len(lost)} av {len(acked)} kvitterade är borta, först nr {lost[0]}")
    if twice:
        raise Broken(f"{len(twice)} är lagrade två gånger, först nr {twice[0]}")
    last_us = 0
    for entry in entries(data):
        if not isinstance(framing.check(entry.raw), framing.Frame):
            raise Broken(f"rad {entry.id} är ingen hel ram: {entry.raw!r}")
        if is_clock_steady and entry.at_us < last_us:
            raise Broken(f"rad {entry.id} kom före den förra")
        last_us = entry.at_us
    report = verify(data.root)
    if not report.ok:
        raise Broken(f"kedjan håller inte: {report.problems[0]}")
    return len(acked)


@contextlib.contextmanager
def injected(subject: Subject, *rules: str, paths: tuple[Path, ...] = ()) -> Iterator[None]:
    """Attach strace to the running receiver with fault rules (``SYSCALL:error=EIO:when=2+``).

    With ``paths`` only calls that touch one of them are hit. Counts begin at the attachment, for
    each thread. Raises CouldNotRun when strace may not attach.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise CouldNotRun("strace saknas. Kör: apt-get install strace")
    names = ",".join(rule.split(":")[0] for rule in rules)
    arguments = [part for rule in rules for part in ("-e", f"inject={rule}")]
    arguments += [part for path in paths for part in ("-P", str(path))]
    with (subject.data.logs / "strace.log").open("ab") as log:
        tracer = subprocess.Popen(
            [strace, "-f", "-qq", "-o", os.devnull, "-e", f"trace={names}", *arguments,
             "-p", str(subject.pid)],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        if not wait_for(lambda: _all_traced(subject.pid) or tracer.poll() is not None, 10):
            raise CouldNotRun("strace kom inte åt mottagaren på 10 s")
        if tracer.poll() is not None and subject.is_alive:
            raise CouldNotRun("strace får inte ansluta till mottagaren (kör som root)")
        yield
    finally:
        tracer.terminate()
        tracer.wait(10)


def _all_traced(pid: int) -> bool:
    """Whether every thread of the process has a tracer."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        return all("\nTracerPid:\t0\n" not in (t / "status").read_text() for t in threads)
    except FileNotFoundError:
        return False


def until(condition: Callable[[], object], seconds: float, otherwise: str) -> float:
    """Wait for the condition and return the seconds it took; raise Broken when it does not come."""
    began = time.monotonic()
    if not wait_for(condition, seconds):
        raise Broken(otherwise)
    return time.monotonic() - began
