"""A PostgreSQL of our own for a proof or a measurement: made, stopped, started, gone.

Flushing stays on.

The server refuses to run as root, so as root it runs as the user ``postgres``.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from tornvakt.surfaces.cli import machine

_AS_POSTGRES = ("runuser", "-u", "postgres", "--")


class NoCluster(Exception):
    """PostgreSQL is missing or did not do as it was told. The message is Swedish."""


class Cluster:
    """One server on a free port of 127.0.0.1. Raises ``failure``."""

    failure: type[Exception] = NoCluster

    def __init__(self) -> None:
        initdb, control = machine.which("initdb"), machine.which("pg_ctl")
        if initdb is None or control is None:
            raise self.failure("PostgreSQL saknas. Kör: apt-get install postgresql")
        self._control = control
        self._as = _AS_POSTGRES if os.geteuid() == 0 else ()
        self._folder = Path(tempfile.mkdtemp(prefix="tornvakt-prove-"))
        if self._as:
            shutil.chown(self._folder, "postgres")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = int(probe.getsockname()[1])
        self._data = self._folder / "data"
        self._run(initdb, "--auth=trust", "--username=postgres", "--encoding=UTF8",
                  "--locale=C.UTF-8")  # fmt: skip
        self.start()

    @property
    def url(self) -> str:
        """The value of TORNVAKT_DATABASE_URL."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    @property
    def pid(self) -> int:
        """The server's first process."""
        return int((self._data / "postmaster.pid").read_text().splitlines()[0])

    def start(self) -> None:
        """Start, or start again."""
        options = (
            f"-c port={self._port} -c listen_addresses=127.0.0.1 "
            f"-c unix_socket_directories={self._folder}"
        )
        log = str(self._folder / "log")
        self._run(self._control, "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """Stop it; whoever is connected is thrown out."""
        self._run(self._control, "-m", "fast", "-w", "-t", "60", "stop")

    def remove(self) -> None:
        """Stop and delete."""
        with contextlib.suppress(self.failure):
            self._run(self._control, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        # Output to a file: the server inherits a pipe and would keep it open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [*self._as, program, "-D", str(self._data), *arguments],
                stdout=output, stderr=output, cwd="/", check=False, timeout=120,
            )  # fmt: skip
            if done.returncode:
                output.seek(0)
                said = output.read().decode(errors="replace").strip().splitlines()
                raise self.failure(f"{Path(program).name}: {said[-1] if said else 'inga ord'}")
