"""One process that the parent keeps: start it, hear it, end it with everything it started."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tornvakt.surfaces.cli.logs import LogFile

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

Hear = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Service:
    """What to run. `name` is the Swedish word the user sees; `word` names files and messages."""

    word: str
    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    longest_pause_s: float = 30.0
    is_watched: bool = True


def _die_with_parent(parent: int) -> Callable[[], None]:
    """Return what a new process does first: ask to be killed when its parent is gone.

    SIGKILL and not SIGTERM: a stuck process would not hear anything gentler, and would keep the
    port and the inbox from the next start. The inbox is made to be killed at any moment.
    """

    def ask() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent died between the fork and the request
            os._exit(1)

    return ask


class Child:
    """A running process and its output."""

    def __init__(self, service: Service, log: LogFile, hear: Hear) -> None:
        self.service = service
        self._log = log
        self._hear = hear
        self._ended = asyncio.Event()
        self._half_line = b""
        self.code: int | None = None
        self.started = time.monotonic()
        self._process = subprocess.Popen(
            service.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **service.environment},
            pass_fds=service.pass_fds,
            start_new_session=True,  # a group of its own: what it starts ends with it
            preexec_fn=_die_with_parent(os.getpid()),
        )
        loop = asyncio.get_running_loop()
        self._pidfd = os.pidfd_open(self._process.pid)
        loop.add_reader(self._pidfd, self._on_end)
        assert self._process.stdout is not None
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._output, False)
        loop.add_reader(self._output, self._on_output)

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Tell whether it still runs."""
        return not self._ended.is_set()

    def lived_s(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self.started

    def signal(self, number: int) -> None:
        """Send a signal to the process and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    async def ended(self) -> int:
        """Wait for its end. Returns the exit code, negative for a signal."""
        await self._ended.wait()
        assert self.code is not None
        return self.code

    def _on_end(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._pidfd)
        # It is dead but not yet reaped, so its number cannot have passed to somebody else.
        self.signal(signal.SIGKILL)
        self.code = self._process.wait()
        os.close(self._pidfd)
        self._on_output()
        loop.remove_reader(self._output)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._ended.set()

    def _on_output(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._output, 65_536):
                *lines, self._half_line = (self._half_line + data).split(b"\n")
                for line in lines:
                    self._say(line)
                if len(self._half_line) > 65_536:
                    self._say(self._half_line)
                    self._half_line = b""
            # End of file: nothing more can come, and a closed pipe is readable for ever.
            asyncio.get_running_loop().remove_reader(self._output)
            if self._half_line:
                self._say(self._half_line)
                self._half_line = b""

    def _say(self, line: bytes) -> None:
        self._log.write(line)
        self._hear(line.decode(errors="replace"))
