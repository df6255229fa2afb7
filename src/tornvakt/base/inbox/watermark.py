"""The watermark (vattenmärket): how far the inbox had come, kept outside the inbox.

A database file can be cut short, put back from yesterday's copy, or lose its write-ahead log, and
still be a perfect database. This small file beside it says which row was the last one on the disk
and what its hash was, so that such a loss is named.

Two slots of 64 bytes are written in turn through a memory map: a process killed half-way through
one slot leaves the other, no system call is made, and a full disk does not matter. The file is
*not* flushed with each commit: after a power cut it may be older than the inbox, never newer.
"""

import errno
import mmap
import os
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

from tornvakt.base.inbox.paths import fsync_directory

MAGIC = b"TVW1"
SLOT = 64
_BODY = struct.Struct(">4sQ32s")
_CHECK = struct.Struct(">I")


class Mark(NamedTuple):
    """The last row that was on the disk, and its hash."""

    id: int
    hash: bytes


def slot_bytes(mark: Mark) -> bytes:
    """Return one slot's first 48 bytes: magic, id, hash, CRC-32 of those."""
    body = _BODY.pack(MAGIC, mark.id, mark.hash)
    return body + _CHECK.pack(zlib.crc32(body))


def _in_slots(content: bytes) -> list[Mark | None]:
    """Return what each slot says; None for one that is not whole."""
    marks: list[Mark | None] = []
    for start in (0, SLOT):
        slot = content[start : start + _BODY.size + _CHECK.size]
        body, check = slot[: _BODY.size], slot[_BODY.size :]
        is_whole = len(check) == _CHECK.size and slot[:4] == MAGIC
        if is_whole and zlib.crc32(body) == _CHECK.unpack(check)[0]:
            marks.append(Mark(*_BODY.unpack(body)[1:]))
        else:
            marks.append(None)
    return marks


def read(path: Path) -> Mark | None:
    """Return the highest whole mark, or None when the file is missing or holds none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return max((mark for mark in _in_slots(content) if mark is not None), default=None)


class Watermark:
    """The writer's hold on the file. One thread at a time may call ``set``."""

    def __init__(self, path: Path, mark: Mark) -> None:
        """Write ``mark`` into both slots, durably, and keep the file mapped.

        A file of the right length is written over in place: that needs no room on the disk, so a
        full one does not keep the receiver from starting. Any other is made anew.
        """
        self.path = path
        descriptor = _over(path, mark)
        if descriptor is None:
            descriptor = _anew(path, mark)
        try:
            self._identity = _identity(os.fstat(descriptor))
            self._map = mmap.mmap(descriptor, 2 * SLOT)
        finally:
            os.close(descriptor)
        self._next = 0

    def is_there(self) -> bool:
        """False when the path no longer leads to the file we write, or it was cut."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return False
        return _identity(found) == self._identity and found.st_size == 2 * SLOT

    def set(self, mark: Mark) -> None:
        """Write the mark; safe against a kill at any instruction."""
        slot = slot_bytes(mark)
        self._map[self._next : self._next + len(slot)] = slot
        self._next ^= SLOT

    def flush(self) -> None:
        """Push the mark to the disk; called with each seal, not with each commit."""
        self._map.flush()

    def close(self) -> None:
        """Flush and let go."""
        self._map.flush()
        self._map.close()


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _filled(mark: Mark) -> bytes:
    return slot_bytes(mark).ljust(SLOT, b"\0")


def _over(path: Path, mark: Mark) -> int | None:
    """Write over an existing file, first the slot that matters less; None when there is none."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        content = os.pread(descriptor, 2 * SLOT + 1, 0)
        if len(content) != 2 * SLOT:
            os.close(descriptor)
            return None
        first, second = _in_slots(content)
        is_second_newest = second is not None and (first is None or second > first)
        for place in (0, SLOT) if is_second_newest else (SLOT, 0):
            os.pwrite(descriptor, _filled(mark), place)
            os.fsync(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _anew(path: Path, mark: Mark) -> int:
    """Make the file under another name and put it in place, durably."""
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        if os.write(descriptor, _filled(mark) * 2) != 2 * SLOT:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(draft))
        os.fsync(descriptor)
        draft.rename(path)
        fsync_directory(path.parent)
    except BaseException:
        os.close(descriptor)
        draft.unlink(missing_ok=True)
        raise
    return descriptor
