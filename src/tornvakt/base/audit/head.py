"""``audit/head``: how long the log is right now, signed; one line that is always replaced.

A checkpoint a minute is kept for ever; between two of them the tail of the log could be cut away
from the database and from ``leaves`` without a trace. The head is signed whenever entries have got
numbers, some twice a second, and kept nowhere else: whoever cuts the tail would need the head that
was signed at exactly that length, and it is gone. Its signature begins otherwise than that of a
checkpoint, so that an old checkpoint is no head.
"""

import os
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tornvakt.base.audit.checkpoints import Log, is_signature

MAGIC = b"TVH1"


class Head(NamedTuple):
    """The tree's size and root. ``at_us``: UTC microseconds."""

    log: UUID
    size: int
    root: bytes
    at_us: int
    signature: bytes


def signed_bytes(log: UUID, size: int, root: bytes, at_us: int) -> bytes:
    """Return what is signed."""
    return MAGIC + log.bytes + size.to_bytes(8, "big") + root + at_us.to_bytes(8, "big")


def sign(key: Ed25519PrivateKey, log: UUID, size: int, root: bytes, at_us: int) -> Head:
    """Sign the tree as it is now."""
    return Head(log, size, root, at_us, key.sign(signed_bytes(log, size, root, at_us)))


def is_signed(head: Head, log: Log) -> bool:
    """Whether it is this log's, and its key made the signature."""
    try:
        said = signed_bytes(head.log, head.size, head.root, head.at_us)
    except OverflowError:  # numbers no head of ours has
        return False
    return head.log == log.id and is_signature(head.signature, said, log.key)


def read(path: Path) -> Head | None:
    """Return what stands in the file; None for none, or for nothing that can be read.

    Nobody has looked at the signature yet.
    """
    try:
        word, log, size, root, at_us, signature = path.read_text("ascii").split()
        found = Head(
            UUID(log), int(size), bytes.fromhex(root), int(at_us), bytes.fromhex(signature)
        )
    except (OSError, ValueError):
        return None
    return found if word == "head" else None


def write(path: Path, head: Head) -> None:
    """Replace the file, whole. After a power cut the one before may stand there. Raises OSError."""
    draft = path.with_suffix(".new")
    log, size, root, at_us, signature = head
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"head {log} {size} {root.hex()} {at_us} {signature.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
