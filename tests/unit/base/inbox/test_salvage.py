"""A damaged inbox is put aside whole, and the next one goes on with the next number."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.base.inbox.writing import signal, started
from tornvakt.base.inbox.entries import Kind
from tornvakt.base.inbox.journal import InboxBusy, InboxDamaged, Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.base.inbox.refusals import InboxMissing
from tornvakt.base.inbox.salvage import set_aside
from tornvakt_verify import verify

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def written(data: DataDir, count: int) -> None:
    journal, answers = started(data)
    for n in range(count):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(count)
    journal.close()


@pytest.mark.parametrize("damage", ["cut short", "rubbish", "gone"])
def test_the_next_inbox_goes_on_with_the_next_number(data: DataDir, damage: str) -> None:
    written(data, 10)
    whole = data.inbox.read_bytes()
    if damage == "gone":
        data.inbox.unlink()
    else:
        data.inbox.write_bytes(b"" if damage == "cut short" else b"x" * 5000)
    damaged = data.inbox.read_bytes() if data.inbox.exists() else None
    with pytest.raises(InboxDamaged):
        Journal.open(data, mode="demo")
    folder = set_aside(data, now=NOW)
    assert folder == data.receiver / "undanlagd-20261122T190000"
    moved = folder / "inbox.db"
    assert (moved.read_bytes() if moved.exists() else None) == damaged != whole
    written(data, 3)
    reader = Reader(data)
    assert [(entry.id, entry.kind) for entry in reader.after(0)] == [
        (12, Kind.GENESIS),
        (13, Kind.SIGNAL),
        (14, Kind.SIGNAL),
        (15, Kind.SIGNAL),
    ]
    assert reader.genesis()["continues"] == {"last_id": 11, "folder": folder.name}
    reader.close()
    written(data, 1)  # and it reopens as any other
    report = verify(data.root)
    assert (report.first_id, report.last_id) == (12, 16)
    assert len(report.problems) > 1  # the one put aside is named until somebody takes it away
    assert all(folder.name in problem for problem in report.problems)
    folder.rename(data.root / "utredd")
    assert verify(data.root).problems == []


def test_a_second_time_counts_on(data: DataDir) -> None:
    written(data, 2)
    set_aside(data, now=NOW)
    written(data, 2)
    set_aside(data, now=NOW.replace(minute=1))
    written(data, 0)
    reader = Reader(data)
    assert reader.last_id() == 7
    reader.close()


def test_it_needs_an_inbox_that_nobody_writes(data: DataDir) -> None:
    data.create()
    with pytest.raises(InboxMissing):
        set_aside(data, now=NOW)
    journal, _ = started(data)
    with pytest.raises(InboxBusy):
        set_aside(data, now=NOW)
    journal.close()
