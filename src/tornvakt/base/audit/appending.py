"""A file that is only ever added to, and noticed when somebody takes it away or cuts it."""

import errno
import os
from pathlib import Path

from tornvakt.base.inbox.paths import fsync_directory


class AppendFile:
    """One open file. ``end`` bytes of it are ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.end = 0
        self._descriptor = -1
        self.reopen()

    def reopen(self) -> None:
        """Open what lies at the path now, or make it, durably."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
        is_new = not self.path.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._descriptor = os.open(self.path, flags, 0o600)
        if is_new:
            os.fsync(self._descriptor)
            fsync_directory(self.path.parent)
        self.end = os.fstat(self._descriptor).st_size

    def cut(self, end: int) -> None:
        """Drop a half-written end."""
        if end != self.end:
            os.ftruncate(self._descriptor, end)
            self.end = end

    def append(self, content: bytes) -> None:
        """Write and flush, wholly or not at all. Raises OSError, as for a full disk."""
        try:
            if os.write(self._descriptor, content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fdatasync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, self.end)
            raise
        self.end += len(content)

    def read(self, start: int, length: int) -> bytes:
        """Return so many bytes, fewer at the end of the file."""
        return os.pread(self._descriptor, length, start)

    def is_there(self) -> bool:
        """False when the path no longer leads to the file we write, or it was cut."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(found, os.fstat(self._descriptor)) and found.st_size >= self.end

    def close(self) -> None:
        """Let go of the file; twice is once."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
