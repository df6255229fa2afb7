"""Inboxes for tests: a real journal, filled with frames a real dialler would send."""

import json
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal, Mode
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.protocols.dc09.encode import encode

START_US = 1_790_000_000_000_000
"""2026-09-21 in UTC microseconds; an instant of the past, so that clocks do not matter."""


def sia(account: str, content: str, *, sequence: int = 1, at_us: int = START_US) -> NewEntry:
    """Return a plain SIA-DCS signal; ``content`` is what follows the bar, e.g. ``Nri1/BA3``."""
    return _signal(b"SIA-DCS", account, content, sequence, at_us)


def cid(account: str, content: str, *, sequence: int = 1, at_us: int = START_US) -> NewEntry:
    """Return a plain contact-ID signal; ``content`` like ``1130 01 003``."""
    return _signal(b"ADM-CID", account, content, sequence, at_us)


def notice(name: str, *, account: str = "", at_us: int = START_US, **params: object) -> NewEntry:
    """Return a notice of the receiver."""
    meta = json.dumps({"notice": name, **params}).encode()
    return NewEntry(Kind.NOTICE, at_us, account, "", b"", b"", b"", meta)


def fill(root: Path, entries: Iterable[NewEntry], *, mode: Mode = "demo") -> DataDir:
    """Store entries in the inbox of a data directory, as the receiver does; return it."""
    data = DataDir(root)
    data.create()
    waiting = list(entries)
    journal: Journal[int] = Journal.open(data, mode=mode, ballast_bytes=0)
    stored = threading.Semaphore(0)
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        for _ in waiting:
            stored.release()

    def count(tickets: list[int]) -> None:
        stored.release(len(tickets))

    journal.start(
        count,
        lambda _tickets, error: fail(error),
        fail,
    )
    for ticket, entry in enumerate(waiting):
        journal.put(entry, ticket)
    for _ in waiting:
        assert stored.acquire(timeout=30), "the journal did not store in time"
    journal.close()
    assert not failures, failures
    return data


def _signal(token: bytes, account: str, content: str, sequence: int, at_us: int) -> NewEntry:
    raw = encode(
        token,
        sequence,
        account,
        b"#" + account.encode() + b"|" + content.encode(),
        time=at_us / 1e6,
    )
    key = f"{account}{sequence}{content}".encode()[:16].ljust(16)
    return NewEntry(Kind.SIGNAL, at_us, account, "tcp 127.0.0.1", key, raw, b"", b"")


def now_us() -> int:
    """Return the time in UTC microseconds."""
    return time.time_ns() // 1000
