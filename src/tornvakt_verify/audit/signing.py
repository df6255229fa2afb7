"""Ed25519 signatures of the checkpoints, and the entries that say which key is right."""

import json
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from tornvakt_verify.audit.marks import Point
from tornvakt_verify.audit.sources import Source

Check = Callable[[Point], bool]


class Began(NamedTuple):
    """An entry that began a log: from which number on, which log, which public key."""

    number: int
    log: str
    key: str


def began(source: Source) -> list[Began]:
    """Return them in the order of their numbers; one that cannot be read has an empty key."""
    rows = source.ask(
        "SELECT l.number, e.on_id, e.params FROM audit_entry e"
        " JOIN audit_leaf l ON l.entry_id = e.id"
        " WHERE e.on_kind = 'log' AND e.action = 'audit.began' ORDER BY l.number"
    )
    found = []
    for number, log, params in rows:
        try:
            key = str(json.loads(params)["key"])
        except (ValueError, KeyError, TypeError):
            key = ""
        found.append(Began(number, log.decode() if isinstance(log, bytes) else str(log), key))
    return found


def heads_made(source: Source) -> list[tuple[int, int]]:
    """Return where the head was gone and made anew: number, and when (UTC microseconds)."""
    rows = source.ask(
        "SELECT l.number, e.at_us FROM audit_entry e JOIN audit_leaf l ON l.entry_id = e.id"
        " WHERE e.on_kind = 'log' AND e.action = 'audit.head_made' ORDER BY l.number"
    )
    return [(number, at_us) for number, at_us in rows if type(at_us) is int]


CHECKPOINT, HEAD = b"TVC1", b"TVH1"
"""What a signed checkpoint begins with, and the signed head."""


def checker(logs: list[tuple[str, str]], magic: bytes = CHECKPOINT) -> Check | None:
    """Return a function that says whether one of these logs (id, key) signed a point.

    None where ``cryptography`` is not installed.
    """
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    keys = []
    for log, key in reversed(logs):
        try:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
            keys.append((magic + UUID(log).bytes, public))
        except ValueError:
            continue

    def check(point: Point) -> bool:
        for prefix, public in keys:
            try:
                public.verify(
                    point.signature,
                    prefix
                    + point.size.to_bytes(8, "big")
                    + point.root
                    + point.at_us.to_bytes(8, "big"),
                )
            except (InvalidSignature, OverflowError):
                continue
            return True
        return False

    return check
