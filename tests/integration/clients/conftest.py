"""One running receiver for the clients that others wrote."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment
from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.subject import Subject, running

KEYS = {16: bytes(range(16)), 24: bytes(range(24)), 32: bytes(range(32))}
PLAIN = "7A31"
KEYED = {16: "7A16", 24: "7A24", 32: "7A32"}
STRANGER = "7AFF"

Stored = Callable[[str], list[Entry]]


@pytest.fixture(scope="module")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    data = DataDir(Path(tmp_path_factory.mktemp("clients")))
    data.create()
    enrolment = Enrolment(data)
    enrolment.add_many([Enrolled(PLAIN), *(Enrolled(KEYED[size], key=KEYS[size]) for size in KEYS)])
    enrolment.close()
    with running(data) as subject:
        yield subject


@pytest.fixture
def stored(receiver: Subject) -> Stored:
    """Return the signals of an account that came since the test began."""
    begun = time.time_ns() // 1000

    def of(account: str) -> list[Entry]:
        return [e for e in receiver.entries() if e.account == account and e.at_us >= begun]

    return of


@pytest.fixture
def evidence(receiver: Subject) -> Stored:
    """Return the refused frames of an account that were kept since the test began."""
    begun = time.time_ns() // 1000

    def of(account: str) -> list[Entry]:
        return [
            e for e in receiver.entries(Kind.EVIDENCE) if e.account == account and e.at_us >= begun
        ]

    return of
