"""A real receiver process on a free port, and a panel to talk to it with."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader

STARTS_WITHIN_S = 10.0


class ReceiverProcess:
    """One receiver, started and stopped as the parent does it."""

    def __init__(self, data: Path, env: dict[str, str] | None = None) -> None:
        self.data = DataDir(data)
        self.port = 0
        self._env = {**os.environ, "TORNVAKT_BALLAST_MB": "1", **(env or {})}
        self._process: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> "ReceiverProcess":
        """Start it and wait until it says where it listens."""
        program = (
            "import sys; from pathlib import Path;"
            "from tornvakt.base.inbox.paths import DataDir;"
            "from tornvakt.surfaces.receiver.main import run;"
            "sys.exit(run(DataDir(Path(sys.argv[1])), host='127.0.0.1',"
            "dc09_port=int(sys.argv[2]), mode='ovning'))"
        )
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, str(self.data.root), str(port)],
            stdout=subprocess.PIPE,
            text=True,
            env=self._env,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        found = re.search(r":(\d+) ", line)
        assert found, f"the receiver said {line!r}"
        self.port = int(found[1])
        return self

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Signal it and return its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(number)
        code = self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code

    def entries(self, *kinds: Kind) -> list[Entry]:
        """What the inbox holds of these kinds."""
        reader = Reader(self.data)
        try:
            return [e for e in reader.after(0, limit=100_000) if e.kind in kinds]
        finally:
            reader.close()

    def wait_for(self, count: int, kind: Kind, within_s: float = 5.0) -> list[Entry]:
        """Wait until the inbox holds at least ``count`` entries of a kind."""
        ends = time.monotonic() + within_s
        while len(found := self.entries(kind)) < count and time.monotonic() < ends:
            time.sleep(0.02)
        return found


class Panel:
    """A bare socket that speaks frames given to it."""

    def __init__(self, port: int, timeout_s: float = 5.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._buffer = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self, timeout_s: float = 5.0) -> bytes:
        """The next whole reply; b"" when nothing comes in time or the line is closed."""
        self.socket.settimeout(timeout_s)
        while b"\r" not in self._buffer:
            try:
                chunk = self.socket.recv(4_096)
            except (TimeoutError, ConnectionError):
                return b""
            if not chunk:
                return b""
            self._buffer += chunk
        reply, _, self._buffer = self._buffer.partition(b"\r")
        return reply + b"\r"

    def ask(self, data: bytes, timeout_s: float = 5.0) -> bytes:
        self.send(data)
        return self.reply(timeout_s)

    def close(self) -> None:
        self.socket.close()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[ReceiverProcess]:
    """A running receiver with an empty inbox."""
    process = ReceiverProcess(tmp_path / "data").start()
    yield process
    process.stop(signal.SIGKILL)


@pytest.fixture
def panel(receiver: ReceiverProcess) -> Iterator[Callable[[], Panel]]:
    """Makes panels connected to the running receiver."""
    made: list[Panel] = []

    def connect() -> Panel:
        made.append(Panel(receiver.port))
        return made[-1]

    yield connect
    for each in made:
        each.close()
