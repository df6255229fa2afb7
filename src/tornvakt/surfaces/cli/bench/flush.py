"""The raw probe: what one flush of this disk costs, now.

The flush rate of a shared disk varies thirty-fold within minutes, so a figure without the probe
beside it says nothing. The probe does what a commit must do at the very least: write one page where
there already is one, and fdatasync.
"""

import os
import statistics
import time
from pathlib import Path

PAGE = 4096
PAGES = 256


class Flush:
    """A file of its own in the folder of the inbox, written page by page and round again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "flush-probe"
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.pwrite(self._file, bytes(PAGE * PAGES), 0)
        os.fsync(self._file)
        self._page = os.urandom(PAGE)
        self._next = 0
        self.measured_ns: list[int] = []

    def once(self) -> int:
        """Write one page and flush it; return the nanoseconds it took."""
        began = time.perf_counter_ns()
        os.pwrite(self._file, self._page, self._next * PAGE)
        os.fdatasync(self._file)
        took = time.perf_counter_ns() - began
        self._next = (self._next + 1) % PAGES
        self.measured_ns.append(took)
        return took

    def median_ms(self, times: int = 30) -> float:
        """Return the median of so many flushes in milliseconds."""
        return statistics.median(self.once() for _ in range(times)) / 1e6

    def close(self) -> None:
        """Remove the file."""
        os.close(self._file)
        self._path.unlink(missing_ok=True)
