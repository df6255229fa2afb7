"""The receiver's sign of life: a small file, rewritten in place.

The desk, the parent and the doctor read it. It keeps its size, so that it can still be written
when the disk is full, which is when it matters most. It is not flushed: after a power cut there
is nobody left to read it.
"""

import contextlib
import json
import os
from pathlib import Path

SIZE = 4_096


class StatusFile:
    """Writes one JSON object, padded with blanks, over itself."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = _opened(path)

    def write(self, status: dict[str, object]) -> None:
        """Replace what the file says. Raises ValueError when it no longer fits.

        A file that somebody took away is made again: a sign of life that nobody finds is none.
        """
        if not self._is_there():
            with contextlib.suppress(OSError):  # no room: the next second tries again
                made = _opened(self._path)
                os.close(self._fd)
                self._fd = made
        text = json.dumps(status).encode()
        if len(text) >= SIZE:
            raise ValueError(f"status of {len(text)} bytes does not fit in {SIZE}")
        os.pwrite(self._fd, text.ljust(SIZE - 1) + b"\n", 0)

    def _is_there(self) -> bool:
        with contextlib.suppress(OSError):
            return os.path.samestat(self._path.stat(), os.fstat(self._fd))
        return False

    def close(self) -> None:
        """Close the file; what it says stays."""
        os.close(self._fd)


def _opened(path: Path) -> int:
    """Open the file at its full size. Raises OSError, such as no room for it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        if os.fstat(descriptor).st_size < SIZE:
            os.pwrite(descriptor, b" " * SIZE, 0)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
