"""The whole product under test: `./tornvakt start`, up when its worker has given a sign of life."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import running
from tornvakt.surfaces.cli.bench.subject import DidNotStart, wait_for

_START_S = 120.0
_TOWN = "tornvakt.surfaces.cli.bench.town"


class House:
    """`./tornvakt start` on free ports; the whole product as its user runs it."""

    def __init__(self, data: DataDir, *, is_demo: bool) -> None:
        self._data = data
        self._is_demo = is_demo
        self.url = ""
        self.dc09_port = 0

    def __enter__(self) -> "House":
        with (self._data.root / "start.out").open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tornvakt.surfaces.cli", "start",
                 "--data", str(self._data.root), "--http", "0", "--dc09", "0",
                 "--host", "127.0.0.1", *([] if self._is_demo else ["--no-demo"])],
                env=self._env(),
                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
        try:
            if not wait_for(self._is_up, _START_S, 0.2):
                raise DidNotStart((self._data.root / "start.out").read_text()[-1500:])
        except BaseException:
            self.__exit__()
            raise
        return self

    def settle(self, first: str, count: int) -> None:
        """Give each of ``count`` consecutive accounts a place in the register, and an operator.

        Raises DidNotStart when the register does not take them.
        """
        done = subprocess.run(
            [sys.executable, "-m", _TOWN, str(self._data.root), first, str(count)],
            env=self._env(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise DidNotStart(done.stderr[-1500:] or "staden gick inte att bygga")

    def _env(self) -> dict[str, str]:
        mode = "demo" if self._is_demo else "ovning"
        return {**os.environ, "TORNVAKT_MODE": mode, "TORNVAKT_BALLAST_MB": "1"}

    def _is_up(self) -> bool:
        there = running.read(self._data.root)
        worker = self._data.logs / "worker.status"
        if there is None or not worker.exists():
            return False
        self.url, self.dc09_port = there.url, there.dc09_port
        return True

    def cpu_s(self) -> float:
        """Return the processor time that all processes of the house have used, in seconds."""
        parents, ticks = {}, {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):  # it has just ended
                fields = stat.read_text().rpartition(")")[2].split()
                pid = int(stat.parent.name)
                parents[pid], ticks[pid] = int(fields[1]), int(fields[11]) + int(fields[12])
        ours = {self._process.pid}
        while more := {pid for pid, parent in parents.items() if parent in ours} - ours:
            ours |= more
        return sum(ticks.get(pid, 0) for pid in ours) / os.sysconf("SC_CLK_TCK")

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
