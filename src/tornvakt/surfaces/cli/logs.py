"""Log files of the processes: written by their parent, bounded in size."""

import contextlib
from pathlib import Path

MOST_BYTES = 5_000_000
KEPT = 5


class LogFile:
    """Appends lines to a file and starts a new one when it is full; the oldest goes.

    A full disk must not stop the processes: what cannot be written is dropped.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        self._path = path
        self._most_bytes = most_bytes
        self._kept = kept
        self._size: int | None = None

    def write(self, line: bytes) -> None:
        """Append one line."""
        with contextlib.suppress(OSError):
            if self._size is None:
                self._size = self._path.stat().st_size if self._path.exists() else 0
            if self._size >= self._most_bytes:
                self._turn()
            with self._path.open("ab", buffering=0) as file:
                file.write(line.rstrip(b"\n") + b"\n")
            self._size += len(line) + 1

    def _turn(self) -> None:
        for number in range(self._kept - 1, 0, -1):
            older = self._path.with_suffix(f".log.{number}")
            if older.exists():
                older.replace(self._path.with_suffix(f".log.{number + 1}"))
        self._path.replace(self._path.with_suffix(".log.1"))
        self._size = 0
