"""What a row of the inbox is, and the bytes its hash is made of.

Rules and layout: ``docs/reference/inkorgens-format.md``. All instants are UTC in microseconds since
1970. Changing anything in ``chained`` makes every stored row look forged: add a new magic instead.
"""

import struct
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

MAGIC = b"TVJ1"
NO_HASH = bytes(32)
"""The hash "before" the first row."""

_HEAD = struct.Struct(">4sQBqqHHHIII")

COLUMNS = "id, kind, at_us, stored_at_us, account, path, dup_key, raw, plain, meta, hash"


class Kind(IntEnum):
    """What an entry is. Numbers are stored; never reuse one."""

    GENESIS = 0
    """The first row: which installation this is and in which mode it runs."""
    SIGNAL = 1
    """What a transmitter said and we acknowledged."""
    EVIDENCE = 2
    """A frame we refused, kept as proof; never read as a signal."""
    NOTICE = 3
    """Something the receiver itself has to tell (a link that failed, a wrong key)."""


class NewEntry(NamedTuple):
    """An entry on its way in; the writer adds number, time of storing and hash."""

    kind: int
    at_us: int
    """When it reached us: UTC, microseconds since 1970."""
    account: str
    path: str
    """How it came, such as ``tcp 127.0.0.1``."""
    key: bytes
    """16-byte duplicate key, or empty."""
    raw: bytes
    """The frame exactly as received."""
    plain: bytes
    """Deciphered text after the pad; empty when the frame was not enciphered."""
    meta: bytes
    """Compact JSON in UTF-8, or empty."""


class Entry(NamedTuple):
    """A stored entry. ``NewEntry`` with its place in the chain."""

    id: int
    kind: int
    at_us: int
    stored_at_us: int
    account: str
    path: str
    key: bytes
    raw: bytes
    plain: bytes
    meta: bytes
    hash: bytes


def chained(previous: bytes, number: int, stored_at_us: int, entry: NewEntry) -> bytes:
    """Return the hash of one row: SHA-256 over the previous row's hash and this row's bytes.

    Raises ``struct.error``, ``TypeError`` or ``UnicodeEncodeError`` for a field that cannot be
    stored. ``bind`` holds the same lines unrolled for speed; a test keeps the two equal.
    """
    kind, at_us, account, path, key, raw, plain, meta = entry
    account_utf8 = account.encode()
    path_utf8 = path.encode()
    head = _HEAD.pack(
        MAGIC,
        number,
        kind,
        at_us,
        stored_at_us,
        len(account_utf8),
        len(path_utf8),
        len(key),
        len(raw),
        len(plain),
        len(meta),
    )
    return sha256(
        b"".join((previous, head, account_utf8, path_utf8, key, raw, plain, meta))
    ).digest()


def bind(
    entries: list[NewEntry], last_id: int, head: bytes, stored_at_us: int
) -> tuple[list[object], int, bytes]:
    """Return the values of a multi-row INSERT in column order, the new last id and the new head.

    The receiver's hot path: below 1 microsecond a row, so the body of ``chained`` stands here
    again instead of a call.
    """
    values: list[object] = []
    extend = values.extend
    pack = _HEAD.pack
    join = b"".join
    number = last_id
    for kind, at_us, account, path, key, raw, plain, meta in entries:
        number += 1
        account_utf8 = account.encode()
        path_utf8 = path.encode()
        head = sha256(
            join(
                (
                    head,
                    pack(
                        MAGIC,
                        number,
                        kind,
                        at_us,
                        stored_at_us,
                        len(account_utf8),
                        len(path_utf8),
                        len(key),
                        len(raw),
                        len(plain),
                        len(meta),
                    ),
                    account_utf8,
                    path_utf8,
                    key,
                    raw,
                    plain,
                    meta,
                )
            )
        ).digest()
        extend(
            (
                number,
                kind,
                at_us,
                stored_at_us,
                account,
                path,
                key,
                raw,
                plain,
                meta,
                head,
            )
        )
    return values, number, head
