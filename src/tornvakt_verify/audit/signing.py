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


def checker(logs: list[tuple[str, str]]) -> Check | None:
    """Return a function that says whether one of these logs (id, key) signed a checkpoint.

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
            keys.append((b"TVC1" + UUID(log).bytes, public))
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
