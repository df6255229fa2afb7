"""What was noted while the database was away: one signed line each, in a chain, on the disk.

A line is answered for only when it has been flushed. Each carries the signature of the line before
it, so one that was taken out, added or changed is seen when they are carried in.
"""

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from tornvakt.base.emergency.tickets import KEY, Ticket
from tornvakt.base.inbox.keys import named_key
from tornvakt.base.inbox.paths import DataDir, fsync_directory

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Note:
    """One line. ``at`` is epoch seconds, ``entry`` the number in the inbox."""

    at: float
    entry: int
    user: int
    name: str
    desk: str
    text: str
    once: str
    """Names what was sent: the same sent again is one line."""
    before: str
    """Signature of the line before; empty for the first."""
    mark: str = ""
    """Signature of this one."""


def add(data: DataDir, ticket: Ticket, *, entry: int, text: str, once: str, now: float) -> Note:
    """Write a line and flush it; the one that is there if it was sent before. Raises OSError."""
    path = data.emergency_notes
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = list(_lines(path.read_text(encoding="utf-8")))
        known = next((note for note in before if once and note.once == once), None)
        if known is not None:
            return known
        last = before[-1].mark if before else ""
        note = Note(
            now, entry, ticket.user, ticket.name, ticket.desk, text[:LONGEST], once[:64], last
        )
        signed = Note(**{**asdict(note), "mark": _mac(data, note)})
        file.write(json.dumps(asdict(signed), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        fsync_directory(path.parent)
    return signed


def read(data: DataDir) -> list[Note]:
    """Return the lines that are ours, the oldest first: none that was changed or put in."""
    try:
        text = data.emergency_notes.read_text(encoding="utf-8")
    except OSError:
        return []
    return [note for note in _lines(text) if hmac.compare_digest(note.mark, _mac(data, note))]


def clear(data: DataDir, marks: frozenset[str]) -> bool:
    """Empty the file if it holds nothing but these lines; return whether it did."""
    path = data.emergency_notes
    try:
        with path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if {note.mark for note in _lines(file.read())} - marks:
                return False
            file.truncate(0)
            os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _lines(text: str) -> Iterator[Note]:
    for line in text.splitlines():
        try:
            yield Note(**json.loads(line))
        except (ValueError, TypeError):
            continue


def _mac(data: DataDir, note: Note) -> str:
    body = json.dumps({**asdict(note), "mark": ""}, ensure_ascii=True, sort_keys=True).encode()
    return hmac.new(named_key(data, KEY), b"note" + body, hashlib.sha256).hexdigest()
