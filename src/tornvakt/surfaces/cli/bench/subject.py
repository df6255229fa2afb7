"""The receiver under test: the real `./tornvakt receive` as a process, started, killed, asked."""

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader

_PORT = re.compile(r"DC-09 på \S*?:(\d+)")
_NUMBER = re.compile(rb"\^(\d{9})\^")  # as dialler.frames writes it
_START_S = 20.0
_STOP_S = 20.0
_PR_SET_PDEATHSIG = 1


class DidNotStart(Exception):
    """The receiver ended or said nothing within the time; the message has its last words."""


# The kernel's "die with your parent" means the thread that made the child: hence one thread that
# makes them all and lives as long as we do.
_spawner = ThreadPoolExecutor(1, thread_name_prefix="spawner")


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Subject:
    """One receiver process on its own data directory; keeps its port over restarts."""

    def __init__(
        self,
        data: DataDir,
        *,
        wrapper: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        ballast_mb: int = 1,
    ) -> None:
        data.create()
        self.data = data
        self.wrapper = wrapper
        self.environment = {"TORNVAKT_BALLAST_MB": str(ballast_mb), **(environment or {})}
        self.port = 0
        self.log = data.logs / "subject.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return ("127.0.0.1", self.port)

    @property
    def pid(self) -> int:
        """The receiver's own process id (not that of a wrapper round it)."""
        assert self._process is not None
        if not self.wrapper:
            return self._process.pid
        return _last_descendant(self._process.pid)

    def start(self) -> None:
        """Start it and wait until it listens. Raises DidNotStart."""
        with self.log.open("ab") as log:
            said = log.tell()
            self._process = _spawner.submit(
                subprocess.Popen,
                [
                    *self.wrapper, sys.executable, "-m", "tornvakt.surfaces.cli", "receive",
                    "--data", str(self.data.root), "--dc09", str(self.port),
                    "--host", "127.0.0.1", "--mode", "ovning",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.environment},
                start_new_session=True,
                preexec_fn=_die_with_parent,
            ).result()  # fmt: skip
        found = wait_for(lambda: self._said_port(said) or not self.is_alive, _START_S)
        port = self._said_port(said)
        if not found or not port:
            self.kill()
            raise DidNotStart(self.last_words())
        self.port = port

    def _said_port(self, since: int) -> int:
        with self.log.open("rb") as log:
            log.seek(since)
            match = _PORT.search(log.read().decode(errors="replace"))
        return int(match.group(1)) if match else 0

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the receiver itself."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self) -> None:
        """kill -9 it, and whatever wraps it."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_STOP_S)

    def stop(self) -> int:
        """Ask it to stop in order; return its exit code. Kills it when it does not listen."""
        assert self._process is not None
        if self.is_alive:
            self.signal(signal.SIGTERM)
        return self.wait(_STOP_S)

    def wait(self, seconds: float) -> int:
        """Wait for its end and return the exit code (negative: a signal)."""
        assert self._process is not None
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def peak_memory(self) -> int:
        """Return the most resident memory it has had, in bytes (VmHWM)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def cpu_seconds(self) -> float:
        """Return the processor time it has used (user and system)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def last_words(self) -> str:
        """Return the end of its log."""
        return self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""

    def entries(self, *kinds: Kind) -> Iterator[Entry]:
        """Yield what its inbox holds, oldest first; signals unless told otherwise."""
        return entries(self.data, *kinds)


def entries(data: DataDir, *kinds: Kind) -> Iterator[Entry]:
    """Yield the entries of an inbox, oldest first; signals unless told otherwise."""
    reader = Reader(data)
    try:
        last = 0
        wanted = [int(kind) for kind in kinds or (Kind.SIGNAL,)]
        while batch := reader.after(last, 5000, wanted):
            yield from batch
            last = batch[-1].id
    finally:
        reader.close()


def numbers(data: DataDir) -> Iterator[tuple[int, int]]:
    """Yield (inbox number, running number in the text) of the dialler's signals in an inbox."""
    for entry in entries(data):
        match = _NUMBER.search(entry.plain or entry.raw)
        if match:
            yield entry.id, int(match.group(1))


def wait_for(condition: Callable[[], object], seconds: float, every: float = 0.02) -> bool:
    """Wait until the condition holds; False when it does not within the time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True


def _last_descendant(pid: int) -> int:
    """Follow first children downwards: strace or faketime, then the receiver."""
    while True:
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except FileNotFoundError:
            return pid
        if not children:
            return pid
        pid = int(children[0])


@contextlib.contextmanager
def running(data: DataDir, **settings: object) -> Iterator[Subject]:
    """A started receiver that is surely gone afterwards."""
    subject = Subject(data, **settings)  # type: ignore[arg-type]
    subject.start()
    try:
        yield subject
    finally:
        if subject.is_alive:
            subject.kill()
