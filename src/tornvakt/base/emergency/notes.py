"""What was noted while the database was away: one signed line each, in a chain, on the disk.

A line is answered for only when it has been flushed. Each carries the signature of the line before
it, so one that was taken out, added or changed is seen when they are carried in.
"""

import hashlib
import hmac
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from tornvakt.base.emergency import lines
from tornvakt.base.emergency.tickets import KEY, Ticket
from tornvakt.base.inbox.keys import named_key
from tornvakt.base.inbox.paths import DataDir, fsync_directory

log = logging.getLogger(__name__)

LONGEST = 2_000
AT_MOST = 20
"""Notes a person may write in a minute: a fast hand writes five."""
_YEAR_10000 = 253_402_300_800


class TooMany(Exception):
    """More notes in a minute than a person writes."""


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
    """Write a line and flush it; the one that is there if it was sent before.

    Raises OSError, and TooMany.
    """
    path = data.emergency_notes
    with lines.held(path) as file:
        before = [note for note in _notes(lines.content(file)) if note and _is_ours(data, note)]
        known = next((note for note in before if once and note.once == once[:64]), None)
        if known is not None:
            return known
        own = [note for note in before if note.text and note.user == ticket.user]
        recent = [note for note in own if now - 60 < note.at <= now]
        if text and len(recent) >= AT_MOST:
            raise TooMany
        last = before[-1].mark if before else ""
        note = Note(
            now, entry, ticket.user, ticket.name, ticket.desk, text[:LONGEST], once[:64], last
        )
        signed = Note(**{**asdict(note), "mark": _mac(data, note)})
        lines.append(file, path, json.dumps(asdict(signed), ensure_ascii=True).encode())
    return signed


class Found(NamedTuple):
    """What the file holds, and what is wrong with it."""

    notes: list[Note]
    """Those that are ours, the oldest first."""
    strange: list[str]
    """Names of lines that cannot be read, or were changed or put in."""
    breaks: list[str]
    """Marks of ours whose line before is not there."""


def look(data: DataDir) -> Found:
    """Return the lines, and where the chain is broken."""
    try:
        content = data.emergency_notes.read_bytes()
    except OSError:
        return Found([], [], [])
    found = Found([], [], [])
    last = ""
    for line in filter(None, content.split(b"\n")):
        note = _note(line)
        if note is None or not _is_ours(data, note):
            found.strange.append(hashlib.sha256(line).hexdigest())
            continue
        if note.before != last:
            found.breaks.append(note.mark)
        last = note.mark
        found.notes.append(note)
    return found


def looked(data: DataDir, ticket: Ticket, *, now: float) -> Note:
    """Write down that somebody was shown what waits: a line of no entry, without text.

    Raises OSError.
    """
    return add(data, ticket, entry=0, text="", once="", now=now)


def read(data: DataDir) -> list[Note]:
    """Return the lines that are ours, the oldest first: none that was changed or put in."""
    return look(data).notes


def set_aside(data: DataDir, note: Note) -> None:
    """Keep a line that cannot be carried in, in a file of its own. Raises OSError."""
    path = _aside_file(data)
    with lines.held(path) as file:
        lines.append(file, path, json.dumps(asdict(note), ensure_ascii=True).encode())


def aside(data: DataDir) -> frozenset[str]:
    """Return the marks of the lines that were set aside."""
    try:
        content = _aside_file(data).read_bytes()
    except OSError:
        return frozenset()
    return frozenset(note.mark for note in _notes(content) if note)


def clear(data: DataDir, marks: frozenset[str]) -> bool:
    """Empty the file if it holds nothing but these lines; return whether it did.

    One that holds a line that cannot be read, or is not ours, is set aside under another name: it
    may be all that is left of what somebody did.
    """
    path = data.emergency_notes
    try:
        with lines.held(path, create=False) as file:
            found = list(_notes(lines.content(file)))
            ours = [note for note in found if note and _is_ours(data, note)]
            if {note.mark for note in ours} - marks:
                return False
            if len(ours) == len(found):
                os.ftruncate(file, 0)
                os.fsync(file)
            else:
                aside = path.with_name(f"{path.stem}-undan-{os.fstat(file).st_mtime_ns}.jsonl")
                path.rename(aside)
                fsync_directory(path.parent)
                log.error("nodlage.notes_set_aside file=%s", aside.name)
    except OSError:
        return False
    return True


def _aside_file(data: DataDir) -> Path:
    path = data.emergency_notes
    return path.with_name(f"{path.stem}-undan.jsonl")


def _notes(content: bytes) -> Iterator[Note | None]:
    """Yield each line; None for one that cannot be read."""
    for line in content.split(b"\n"):
        if line:
            yield _note(line)


def _note(line: bytes) -> Note | None:
    try:
        note = Note(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    words = (note.name, note.desk, note.text, note.once, note.before, note.mark)
    is_sound = (
        all(isinstance(word, str) for word in words)
        and isinstance(note.at, int | float)
        and 0 <= note.at < _YEAR_10000
        and isinstance(note.entry, int)
        and isinstance(note.user, int)
        and note.mark.isascii()
    )
    return note if is_sound else None


def _is_ours(data: DataDir, note: Note) -> bool:
    return hmac.compare_digest(note.mark, _mac(data, note))


def _mac(data: DataDir, note: Note) -> str:
    body = json.dumps({**asdict(note), "mark": ""}, ensure_ascii=True, sort_keys=True).encode()
    return hmac.new(named_key(data, KEY), b"note" + body, hashlib.sha256).hexdigest()
