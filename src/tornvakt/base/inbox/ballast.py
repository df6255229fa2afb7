"""Ballast: disk space held in reserve, so that a full disk is a warning before it is a silence.

When SQLite says the disk is full the file is removed at once: the operators get room and time to
act. It is laid out again when there is plenty of room.
"""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

LOW_SHARE = 0.10
"""Below this share of free space the operators are told."""
MEBIBYTE = 1 << 20


class Ballast:
    """The reserve file. ``size`` in bytes; 0 means none is kept."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size

    def lay_out(self) -> bool:
        """Allocate the reserve if it is missing and room for twice its size is free.

        True when it was laid out now. Never raises: a receiver without ballast still receives.
        """
        try:
            if self._size == 0 or self._is_whole() or self.free_bytes() < 2 * self._size:
                return False
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._size)
            finally:
                os.close(descriptor)
        except OSError as error:
            log.warning("inbox.no_ballast: %s", error)
            self.release()
            return False
        return True

    def release(self) -> bool:
        """Give the reserve back to the disk; True when there was one. Never raises."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def free_bytes(self) -> int:
        """Bytes an ordinary process may still write on this disk."""
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail * disk.f_frsize

    def is_low(self) -> bool:
        """True below ten per cent free."""
        disk = os.statvfs(self._path.parent)
        return disk.f_bavail < LOW_SHARE * disk.f_blocks

    def _is_whole(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size
