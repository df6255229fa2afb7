"""What is known of a `start` that runs on a data directory: it says so in its lock file."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from tornvakt.surfaces.cli.codes import Stop

NAME = "start.lock"
USUAL_ADDRESS = "http://localhost:8080"


@dataclass(frozen=True, slots=True)
class Running:
    """A `start` at work: its process, its address for browsers, its DC-09 port."""

    pid: int
    url: str
    dc09_port: int


def none_but_us(root: Path) -> None:
    """Raise Stop when another `start` runs on the directory. Makes nothing, holds nothing."""
    if there := read(root):
        raise Stop(_already(root, there))


@contextlib.contextmanager
def only_one(root: Path) -> Iterator[TextIO]:
    """Hold the directory for this parent. Raises Stop when another `start` runs on it."""
    with (root / NAME).open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stop(_already(root, read(root))) from error
        yield file
        file.truncate(0)


def _already(root: Path, there: Running | None) -> str:
    who = f" (process {there.pid}, {there.url})" if there else ""
    return f"Tornvakt kör redan i {root}{who}."


def write(file: TextIO, running: Running) -> None:
    """Say in the lock file who holds it."""
    file.truncate(0)
    file.write(json.dumps(asdict(running)))
    file.flush()


def read(root: Path) -> Running | None:
    """Return the `start` that runs on a directory, or None."""
    try:
        with (root / NAME).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Running(**json.loads(file.read()))
    except (OSError, ValueError, TypeError):
        pass
    return None


def address(root: Path) -> str:
    """Return the address people use: the public one, the running one's, or the usual one."""
    if public := os.environ.get("TORNVAKT_ORIGIN"):
        return public.rstrip("/")
    there = read(root)
    return there.url if there else USUAL_ADDRESS
