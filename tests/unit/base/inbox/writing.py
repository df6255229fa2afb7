"""Helpers for the inbox's tests: a journal whose answers can be waited for."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.base.inbox.paths import DataDir

PATIENCE_S = 20.0
Ticket = Any


def signal(raw: bytes, *, account: str = "1234", key: bytes = b"") -> NewEntry:
    """Return a signal that differs by its raw bytes."""
    return NewEntry(
        Kind.SIGNAL, 1_700_000_000_000_000, account, "tcp 127.0.0.1", key, raw, b"", b""
    )


class Answers:
    """Everything a journal answered, in order; ``until`` waits for a state of it."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.stored: list[Ticket] = []
        self.refused: list[Ticket] = []
        self.broken: list[BaseException] = []
        self.batches = 0

    def on_stored(self, tickets: list[Ticket]) -> None:
        with self._changed:
            self.stored.extend(tickets)
            self.batches += 1
            self._changed.notify_all()

    def on_refused(self, tickets: list[Ticket], error: Exception) -> None:
        with self._changed:
            self.refused.extend(tickets)
            self._changed.notify_all()

    def on_broken(self, error: BaseException) -> None:
        with self._changed:
            self.broken.append(error)
            self._changed.notify_all()

    def until(self, is_so: Callable[["Answers"], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self), PATIENCE_S), vars(self)

    def until_answered(self, count: int) -> None:
        self.until(lambda answers: len(answers.stored) + len(answers.refused) >= count)


def started(root: Path | DataDir, **options: Any) -> tuple[Journal[Ticket], Answers]:
    """Open and start a journal without ballast."""
    data = root if isinstance(root, DataDir) else DataDir(root)
    journal: Journal[Ticket] = Journal.open(data, **{"mode": "demo", "ballast_bytes": 0, **options})
    answers = Answers()
    journal.start(answers.on_stored, answers.on_refused, answers.on_broken)
    return journal, answers
