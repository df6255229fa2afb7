"""Remembers enciphered link tests across a restart, in a file that never grows.

A link test is not stored in the inbox, so a receiver that was killed would know nothing of the
ones it had just accepted, and a recording of one could keep a dead line alive once more. They
are kept in a ring of fixed size, written over and never flushed: it outlives a killed process.
What a power cut takes is older than any panel's window of time when the machine is up again.
"""

import contextlib
import os
import struct
from hashlib import blake2b
from pathlib import Path

_SLOT = struct.Struct(">16s8sQ")  # last cipher block, digest of the frame, UTC microseconds
SLOTS = 65_536
"""10,000 transmitters that call every 20 s fill it in two minutes; it takes 2 MB of disk."""


def digest(raw: bytes) -> bytes:
    """Return what a whole frame is known by when the process that saw it is gone."""
    return blake2b(raw, digest_size=8).digest()


class LinkMemory:
    """The ring. Raises OSError when its file cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._next = 0
        with contextlib.suppress(OSError):  # a full disk: the slots come as they are written
            os.posix_fallocate(self._fd, 0, SLOTS * _SLOT.size)

    def recall(self, since_us: int) -> list[tuple[bytes, bytes]]:
        """Return last block (hex digits) and digest of what was kept since an instant, and go on.

        A ring that is damaged or cut is read as far as it makes sense: it is only a help.
        """
        kept = os.pread(self._fd, SLOTS * _SLOT.size, 0)
        found = []
        newest = 0
        for number in range(len(kept) // _SLOT.size):
            block, mark, at_us = _SLOT.unpack_from(kept, number * _SLOT.size)
            if not at_us:
                continue  # never written
            if at_us > newest:
                newest, self._next = at_us, (number + 1) % SLOTS
            if at_us >= since_us:
                found.append((block.hex().upper().encode(), mark))
        return found

    def put(self, tail: bytes, raw: bytes, at_us: int) -> None:
        """Keep a link test by its last block (32 hex digits) over the oldest one kept."""
        with contextlib.suppress(OSError):  # a disk that is full or ill: told by whoever minds it
            slot = _SLOT.pack(bytes.fromhex(tail.decode()), digest(raw), at_us)
            os.pwrite(self._fd, slot, self._next * _SLOT.size)
            self._next = (self._next + 1) % SLOTS

    def close(self) -> None:
        """Close the file; what it says stays."""
        os.close(self._fd)
