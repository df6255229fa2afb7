"""The receiver's sign of life: a small file, rewritten in place.

The desk, the parent and the doctor read it. It keeps its size, so that it can still be written
when the disk is full, which is when it matters most. It is not flushed: after a power cut there
is nobody left to read it.
"""

import json
import os
from pathlib import Path

SIZE = 4_096


class StatusFile:
    """Writes one JSON object, padded with blanks, over itself."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if os.fstat(self._fd).st_size < SIZE:
            os.pwrite(self._fd, b" " * SIZE, 0)

    def write(self, status: dict[str, object]) -> None:
        """Replace what the file says. Raises ValueError when it no longer fits."""
        text = json.dumps(status).encode()
        if len(text) >= SIZE:
            raise ValueError(f"status of {len(text)} bytes does not fit in {SIZE}")
        os.pwrite(self._fd, text.ljust(SIZE - 1) + b"\n", 0)

    def close(self) -> None:
        """Close the file; what it says stays."""
        os.close(self._fd)
