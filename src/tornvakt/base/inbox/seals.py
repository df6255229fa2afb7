"""Signed seals (sigill): once a minute the inbox's head is signed, in the inbox and beside it.

A chain alone shows that a row was changed, but whoever can write the file can compute the whole
chain anew. A signature on the head, copied off the machine with ``checkpoints.log``, cannot be
made again without the key.
"""

import errno
import os
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tornvakt.base.inbox.paths import fsync_directory

MAGIC = b"TVS1"


class Seal(NamedTuple):
    """One signed head: row number, its hash, when (UTC microseconds), Ed25519 signature."""

    id: int
    hash: bytes
    at_us: int
    signature: bytes


def signed_bytes(installation: UUID, number: int, head: bytes, at_us: int) -> bytes:
    """Return what is signed; the installation is in it so that a seal fits one inbox only."""
    return MAGIC + installation.bytes + number.to_bytes(8, "big") + head + at_us.to_bytes(8, "big")


def make(key: Ed25519PrivateKey, installation: UUID, number: int, head: bytes, at_us: int) -> Seal:
    """Sign a head."""
    signature = key.sign(signed_bytes(installation, number, head, at_us))
    return Seal(number, head, at_us, signature)


def line(seal: Seal) -> str:
    """Return the seal as a line of ``checkpoints.log``, without the line break."""
    return f"{seal.id} {seal.hash.hex()} {seal.at_us} {seal.signature.hex()}"


class SealLog:
    """``checkpoints.log``, append-only. An unfinished last line is cut away when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open()

    def _open(self) -> None:
        path = self._path
        is_new = not path.exists()
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        if is_new:
            os.fsync(self._descriptor)
            fsync_directory(path.parent)
        content = path.read_bytes()
        self._size = content.rfind(b"\n") + 1
        if self._size != len(content):
            os.ftruncate(self._descriptor, self._size)
        self.last_id = _id_of_last_line(content[: self._size])

    def append(self, *new: Seal) -> None:
        """Write and flush a line for each. OSError (a full disk): none, they stay in the inbox."""
        lines = b"".join(line(seal).encode() + b"\n" for seal in new)
        try:
            if os.write(self._descriptor, lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
            os.fdatasync(self._descriptor)
        except OSError:
            # Half a line would run into the next one and look like a forged seal.
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += len(lines)
        self.last_id = new[-1].id

    def is_there(self) -> bool:
        """False when the path no longer leads to the file we write, or it was cut."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return False
        ours = os.fstat(self._descriptor)
        return os.path.samestat(found, ours) and found.st_size >= self._size

    def reopen(self) -> None:
        """Take what lies at the path now for the log; ``last_id`` says what it lacks."""
        lost = self._descriptor
        self._open()
        os.close(lost)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)


def _id_of_last_line(content: bytes) -> int:
    lines = content.splitlines()
    if not lines:
        return 0
    number = lines[-1].split(b" ", 1)[0]
    return int(number) if number.isdigit() else 0
