"""A throw-away PostgreSQL: a cluster of its own, on a free port, gone afterwards.

The server refuses to run as root, so as root everything runs as the user `postgres`.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg


class PostgresMissing(Exception):
    """There is no PostgreSQL on this machine. Never a reason to skip a test."""


class Cluster:
    """A running server. ``fsync`` off is for tests of functions only, never of durability."""

    def __init__(self, *, fsync: bool = False) -> None:
        self._programs = _programs()
        self.port = _free_port()
        self._folder = Path(tempfile.mkdtemp(prefix="tornvakt-pg-"))
        self._data = self._folder / "data"
        self._as = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as:
            shutil.chown(self._folder, "postgres")
        self._run(
            "initdb", "--auth=trust", "--username=postgres", "--no-sync",
            "--encoding=UTF8", "--locale=C.UTF-8",
        )  # fmt: skip
        self._settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self._folder,
            "fsync": "on" if fsync else "off",
            "full_page_writes": "on" if fsync else "off",
            "synchronous_commit": "on" if fsync else "off",
            "max_connections": 150,
            "shared_buffers": "64MB",
        }
        self.start()

    def start(self) -> None:
        """Start, or start again after `stop`."""
        options = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        log = str(self._folder / "log")
        self._run("pg_ctl", "-w", "-t", "30", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; connections are broken. ``immediate`` is a crash."""
        self._run("pg_ctl", "-m", mode, "-w", "-t", "20", "stop")

    def remove(self) -> None:
        """Stop and delete everything."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """Return the value of TORNVAKT_DATABASE_URL for a database of the cluster."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Give the address of an empty database that is dropped afterwards."""
        with fresh_database(self.url(), name) as url:
            yield url

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as, str(self._programs / program), "-D", str(self._data), *arguments]
        # Output to a file: the server inherits a pipe and would keep it open for ever.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, stdout=output, stderr=output, check=False, cwd="/", timeout=60
            )
            if done.returncode:
                output.seek(0)
                raise PostgresMissing(f"{program}: {output.read().decode(errors='replace')}")


@contextlib.contextmanager
def fresh_database(url: str, name: str) -> Iterator[str]:
    """Make an empty database beside the one in ``url``; yield its address, then drop it."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield f"{url.rsplit('/', 1)[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _programs() -> Path:
    config = shutil.which("pg_config")
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if config:
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        candidates.insert(0, Path(told.stdout.strip()))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise PostgresMissing("PostgreSQL saknas: apt-get install postgresql")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
