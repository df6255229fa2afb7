"""Checkpoints (kontrollpunkter): the tree's size and root, signed, as lines of a file.

``audit/checkpoints.log`` begins with a line that names the log and its public key, so that a copy
kept elsewhere stands on its own. The signature covers the log's own id: a checkpoint fits one log.
"""

from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tornvakt.base.audit.appending import AppendFile

MAGIC = b"TVC1"


class Log(NamedTuple):
    """Which log this is, and with which key its checkpoints are signed (32 bytes)."""

    id: UUID
    key: bytes


class Signed(NamedTuple):
    """One checkpoint. ``at_us``: UTC microseconds."""

    size: int
    root: bytes
    at_us: int
    signature: bytes


def signed_bytes(log: UUID, size: int, root: bytes, at_us: int) -> bytes:
    """Return what is signed."""
    return MAGIC + log.bytes + size.to_bytes(8, "big") + root + at_us.to_bytes(8, "big")


def sign(key: Ed25519PrivateKey, log: UUID, size: int, root: bytes, at_us: int) -> Signed:
    """Sign the tree as it is now."""
    return Signed(size, root, at_us, key.sign(signed_bytes(log, size, root, at_us)))


def is_signed(checkpoint: Signed, log: Log) -> bool:
    """Whether this log's key made the signature."""
    try:
        said = signed_bytes(log.id, checkpoint.size, checkpoint.root, checkpoint.at_us)
    except (ValueError, OverflowError):  # numbers no checkpoint of ours has
        return False
    return is_signature(checkpoint.signature, said, log.key)


def is_signature(signature: bytes, said: bytes, public: bytes) -> bool:
    """Whether the owner of a raw public key (Ed25519) signed these bytes."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, said)
    except (InvalidSignature, ValueError):
        return False
    return True


class CheckpointFile:
    """The sequencer's hold on the file. ``last_size`` 0: it holds no checkpoint yet."""

    def __init__(self, path: Path, log: Log) -> None:
        self._log = log
        self._file = AppendFile(path)
        self.last_size = 0
        self._mend()

    def append(self, new: list[Signed]) -> None:
        """Add lines, flushed to the disk. Raises OSError: then none of them was added."""
        if not new:
            return
        self._file.append(b"".join(_line(checkpoint) for checkpoint in new))
        self.last_size = new[-1].size

    def is_there(self) -> bool:
        """False when the file was taken away, replaced or cut under our feet."""
        return self._file.is_there()

    def reopen(self) -> None:
        """Take what lies at the path now."""
        self._file.reopen()
        self._mend()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _mend(self) -> None:
        """Cut an unfinished line; write the first one if it is missing."""
        content = self._file.read(0, self._file.end)
        self._file.cut(content.rfind(b"\n") + 1)
        if not self._file.end:
            self._file.append(f"log {self._log.id} {self._log.key.hex()}\n".encode())
        lines = content[: self._file.end].splitlines()
        word = lines[-1].split(b" ", 1)[0] if lines else b""
        self.last_size = int(word) if word.isdigit() else 0


def _line(checkpoint: Signed) -> bytes:
    size, root, at_us, signature = checkpoint
    return f"{size} {root.hex()} {at_us} {signature.hex()}\n".encode()
