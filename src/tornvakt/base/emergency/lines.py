"""Files of lines that several processes write: one at a time, whole, and flushed.

A line is written in full or not at all. What a power cut left half-written is ended before the
next one, so that it takes no other line with it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tornvakt.base.inbox.paths import fsync_directory


@contextmanager
def held(path: Path, *, create: bool = True) -> Iterator[int]:
    """Hold the file against other writers; yield its descriptor. Raises OSError.

    It may be replaced or set aside while one waits for it: then the one that has the name is held.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | (os.O_CREAT if create else 0)
    while True:
        descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if _has_the_name(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def content(descriptor: int) -> bytes:
    """Return all of a held file."""
    size = os.fstat(descriptor).st_size
    found = bytearray()
    while len(found) < size and (part := os.pread(descriptor, size - len(found), len(found))):
        found += part
    return bytes(found)


def append(descriptor: int, path: Path, line: bytes) -> None:
    """Add a line to a held file and flush it. Raises OSError; then nothing was added."""
    size = os.fstat(descriptor).st_size
    is_unfinished = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
    try:
        left = memoryview(b"\n" * is_unfinished + line + b"\n")
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
        if not size:
            fsync_directory(path.parent)
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _has_the_name(descriptor: int, path: Path) -> bool:
    held_file = os.fstat(descriptor)
    try:
        named = path.stat()
    except FileNotFoundError:
        return False
    return (held_file.st_dev, held_file.st_ino) == (named.st_dev, named.st_ino)
