"""The Merkle tree of RFC 9162, section 2.1: SHA-256, leaves and inner nodes told apart.

The tree only grows to the right, so all that has to be kept are its peaks: the roots of the perfect
subtrees that its size, written in binary, is made of.
"""

from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of one entry's bytes."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows. ``peaks`` are left to right; there are as many as ones in ``size``."""

    def __init__(self, size: int = 0, peaks: bytes = b"") -> None:
        """Begin with an empty tree, or with one that was kept. Raises ValueError on nonsense."""
        if len(peaks) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(peaks)} bytes of peaks do not make a tree of {size}")
        self.size = size
        self._peaks = [
            peaks[place : place + HASH_BYTES] for place in range(0, len(peaks), HASH_BYTES)
        ]

    def add(self, leaf: bytes) -> None:
        """Add a leaf hash at the right end."""
        joined = self.size
        while joined & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            joined >>= 1
        self._peaks.append(leaf)
        self.size += 1

    @property
    def peaks(self) -> bytes:
        """What has to be kept to grow on."""
        return b"".join(self._peaks)

    def root(self) -> bytes:
        """Return the Merkle tree hash; of an empty tree it is the hash of nothing."""
        if not self._peaks:
            return sha256(b"").digest()
        *rest, root = self._peaks
        for peak in reversed(rest):
            root = node_hash(peak, root)
        return root
