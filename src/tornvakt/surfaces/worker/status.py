"""The worker's sign of life: a small file, rewritten in place.

The parent, the desk's health page and the doctor read it. It keeps its size, so that it can be
written when the disk is full. It is not flushed: after a power cut nobody is left to read it.
"""

import json
import os
from pathlib import Path

SIZE = 4_096


class StatusFile:
    """Writes one JSON object, padded with blanks, over itself."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        os.pwrite(self._fd, b" " * SIZE, 0)

    def write(self, status: dict[str, object]) -> None:
        """Replace what the file says."""
        text = json.dumps(status).encode()[: SIZE - 1]
        os.pwrite(self._fd, text.ljust(SIZE - 1) + b"\n", 0)

    def close(self) -> None:
        """Close the file; what it says stays."""
        os.close(self._fd)
