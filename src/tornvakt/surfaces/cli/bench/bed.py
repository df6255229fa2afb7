"""What the measurements share.

The folder, the length of the run, the probe, sentences on stderr.
"""

import contextlib
import gc
import itertools
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.surfaces.cli.bench.flush import Flush
from tornvakt.surfaces.cli.bench.subject import DidNotStart, wait_for
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts
from tornvakt.surfaces.cli.dialler.outcome import Outcome

KEY = bytes(range(16))
MADE_AHEAD_PER_S = 60_000
"""Frames made before a piece of load begins, for each second of it: more than are ever sent."""


@dataclass(slots=True)
class Bed:
    """One run of the benchmark in one folder on the disk that is to be measured."""

    folder: Path
    is_quick: bool
    flush: Flush = field(init=False)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.flush = Flush(self.folder)

    def length(self, full: float, quick: float) -> float:
        """Return how long (or how much) this form of the run measures."""
        return quick if self.is_quick else full

    def data(self, name: str) -> DataDir:
        """Return a fresh data directory."""
        root = self.folder / name
        shutil.rmtree(root, ignore_errors=True)
        data = DataDir(root)
        data.create()
        return data

    def close(self) -> None:
        """Remove everything."""
        self.flush.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def say(line: str) -> None:
    """Tell the person who waits what goes on."""
    print(f"  {line}", file=sys.stderr, flush=True)


def enrol(data: DataDir, names: list[str], *, key: bytes | None = None) -> None:
    """Make the receiver know the panels, before it starts."""
    enrolment = Enrolment(data)
    try:
        enrolment.add_many(Enrolled(name, key=key) for name in names)
    finally:
        enrolment.close()


def makers(first: str, count: int, *, key: bytes | None = None) -> list[Maker]:
    """Return panels with consecutive accounts; each call begins their numbers anew."""
    return [Maker(name, key=Key(key) if key else None) for name in accounts(first, count)]


def load(bed: Bed, address: tuple[str, int], panels: list[Maker], plan: Plan) -> Outcome:
    """Run one piece of load and return what came of it.

    The frames, plain and enciphered alike, are made before it begins: what is measured is the
    receiver, not how fast one process can play a hundred panels' processors.
    """
    each = int(MADE_AHEAD_PER_S * plan.seconds / len(panels)) if plan.limit is None else 0
    for panel in panels:
        panel.lay_up(itertools.islice(bed.numbers, each), time.time())
    gc.freeze()  # none of them is garbage, and going through them all would stop the load
    try:
        return Engine(address, panels, plan, numbers=bed.numbers).run()
    finally:
        gc.unfreeze()


@contextlib.contextmanager
def yardstick(bed: Bed, names: list[str]) -> Iterator[tuple[str, int]]:
    """Run pysiaalarm as a receiver in a process of its own; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    log_path = bed.folder / "yardstick.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tornvakt.surfaces.cli.bench.yardstick", str(port), *names],
            stdout=log,
            stderr=log,
        )
    try:
        if not wait_for(lambda: b"DC-09" in log_path.read_bytes(), 15):
            raise DidNotStart(log_path.read_text(errors="replace")[-500:])
        yield ("127.0.0.1", port)
    finally:
        process.kill()
        process.wait()


def merged(outcomes: list[Outcome]) -> Outcome:
    """Put several pieces of load together; the time is the sum of their times."""
    total = Outcome()
    for part in outcomes:
        total.sent += part.sent
        total.refused += part.refused
        total.refused_time += part.refused_time
        total.retries += part.retries
        total.lost_connections += part.lost_connections
        total.given_up += part.given_up
        total.cpu_s += part.cpu_s
        total.acked.extend(part.acked)
        total.latencies.extend(part.latencies)
        total.ended_ns += part.ended_ns - part.began_ns
    return total


def median(values: list[float]) -> float:
    """Return the median; a name that reads well beside the others."""
    return statistics.median(values)
