"""The watermark (vattenmärket): how far the inbox had come, kept outside the inbox.

A database file can be cut short, put back from yesterday's copy, or lose its write-ahead log, and
still be a perfect database. This small file beside it says which row was the last one on the disk
and what its hash was, so that such a loss is named.

Two slots of 64 bytes are written in turn through a memory map: a process killed half-way through
one slot leaves the other, no system call is made, and a full disk does not matter. The file is
*not* flushed with each commit: after a power cut it may be older than the inbox, never newer.
"""

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


def read(path: Path) -> Mark | None:
    """Return the highest whole mark, or None when the file is missing or holds none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    marks = []
    for start in (0, SLOT):
        slot = content[start : start + _BODY.size + _CHECK.size]
        if len(slot) < _BODY.size + _CHECK.size or slot[:4] != MAGIC:
            continue
        body, check = slot[: _BODY.size], slot[_BODY.size :]
        if zlib.crc32(body) == _CHECK.unpack(check)[0]:
            marks.append(Mark(*_BODY.unpack(body)[1:]))
    return max(marks, default=None)


class Watermark:
    """The writer's hold on the file. One thread at a time may call ``set``."""

    def __init__(self, path: Path, mark: Mark) -> None:
        """Make the file anew with ``mark`` in both slots, durably, and keep it mapped."""
        draft = path.with_name(path.name + ".new")
        slot = slot_bytes(mark).ljust(SLOT, b"\0")
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, slot + slot)
            os.fsync(descriptor)
            self._map = mmap.mmap(descriptor, 2 * SLOT)
        finally:
            os.close(descriptor)
        draft.rename(path)
        fsync_directory(path.parent)
        self._next = 0

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
