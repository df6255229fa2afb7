"""Noticing that a file was taken away under us, or another put in its place.

An open file lives on without its name: the receiver would go on acknowledging into something that
nobody finds again, and readers would see another file than the one written. A look costs a system
call for each file.
"""

from collections.abc import Iterable
from pathlib import Path


class FileVanished(Exception):
    """A file we write is no longer where it was; what is acknowledged from now on would be lost."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"filen {path} är borta eller utbytt")


class Watched:
    """The files of an open inbox, as they lay when it was opened."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._files = {path: _identity(path) for path in paths}

    def first_gone(self) -> Path | None:
        """Return a file that is missing or another one by now. Raises OSError."""
        for path, identity in self._files.items():
            if _identity(path) != identity:
                return path
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
