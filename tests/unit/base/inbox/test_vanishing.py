"""Files taken away under a running inbox: nothing more is acknowledged, or they are made again."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.base.inbox.writing import PATIENCE_S, Answers, signal, started
from tornvakt.base.inbox import keeper, store
from tornvakt.base.inbox.journal import InboxDamaged, Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.base.inbox.vanishing import FileVanished
from tornvakt_verify import verify


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setattr(keeper, "WAKE_S", 0.01)
    monkeypatch.setattr(keeper, "WATCH_S", 0.03)
    monkeypatch.setattr(store, "WAL_BYTES", 1 << 17)
    return DataDir(tmp_path / "data")


def put(journal: Journal[int], answers: Answers, first: int, last: int) -> None:
    for n in range(first, last):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(last)


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("how", ["deleted", "replaced"])
@pytest.mark.parametrize("name", ["inbox.db", "inbox.db-wal", "inbox.db-shm", "lock"])
def test_without_its_files_the_writer_ends(data: DataDir, name: str, how: str) -> None:
    journal, answers = started(data)
    put(journal, answers, 0, 10)
    path = data.receiver / name
    shutil.copy(path, data.root / "copy")
    path.unlink()
    if how == "replaced":
        (data.root / "copy").rename(path)
    answers.until(lambda a: len(a.broken) == 1)
    journal.put(signal(b"late"), 10)
    journal.close()
    assert answers.stored == list(range(10))
    assert isinstance(answers.broken[0], FileVanished)
    assert name in str(answers.broken[0])


@pytest.mark.parametrize("name", ["inbox.db-wal", "inbox.db-shm", "lock"])
def test_what_was_acknowledged_is_there_although_the_log_was_deleted(
    data: DataDir, name: str
) -> None:
    journal, answers = started(data)
    put(journal, answers, 0, 50)
    (data.receiver / name).unlink()
    answers.until(lambda a: len(a.broken) == 1)
    copy = DataDir(data.root.with_name("as-the-process-left-it"))
    shutil.copytree(data.root, copy.root)
    journal.close()
    again, _ = started(copy)
    again.close()
    reader = Reader(copy)
    assert [int(row.raw) for row in reader.after(1)] == list(range(50))
    reader.close()
    assert verify(copy.root).problems == []


def test_an_inbox_moved_away_is_whole_where_it_lies_and_named_where_it_is_not(
    data: DataDir,
) -> None:
    journal, answers = started(data)
    put(journal, answers, 0, 50)
    data.inbox.rename(data.root / "moved.db")
    answers.until(lambda a: len(a.broken) == 1)
    journal.close()
    with pytest.raises(InboxDamaged, match="är borta"):
        Journal.open(data, mode="demo")
    data.inbox_wal.unlink()
    (data.root / "moved.db").rename(data.inbox)
    again, _ = started(data)
    assert again.last_id == 51
    again.close()


@pytest.mark.parametrize("how", ["deleted", "emptied", "replaced"])
def test_watermark_and_seal_log_are_made_again(data: DataDir, how: str) -> None:
    for n in range(3):
        journal, answers = started(data)
        put(journal, answers, 0, n + 1)
        journal.close()
    seals = data.checkpoint_log.read_bytes()
    assert seals.count(b"\n") == 3
    journal, answers = started(data)
    for path in (data.watermark, data.checkpoint_log):
        if how == "emptied":
            os.truncate(path, 0)
        else:
            path.unlink()
        if how == "replaced":
            path.write_bytes(b"")
    until(lambda: data.checkpoint_log.exists() and data.checkpoint_log.read_bytes() == seals)
    until(lambda: data.watermark.exists() and data.watermark.stat().st_size == 128)
    put(journal, answers, 0, 5)
    journal.close()
    assert answers.broken == []
    assert verify(data.root).problems == []
