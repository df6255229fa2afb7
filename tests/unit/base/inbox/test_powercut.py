"""Power cuts and failing disks: what was acknowledged is there, what was not is not promised.

Each test goes through a simulated disk that keeps what was flushed and nothing else for sure.
"""

import errno
import os
import random
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.unit.base.inbox.writing import Answers, signal, started
from tornvakt.base.inbox import journal as journal_module
from tornvakt.base.inbox import keeper, store
from tornvakt.base.inbox.ballast import Ballast
from tornvakt.base.inbox.journal import InboxDamaged, Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.powercut import PowerCutDisk
from tornvakt.base.inbox.reader import Reader
from tornvakt_verify import verify

CUTS = 40


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[PowerCutDisk]:
    disk = PowerCutDisk(f"powercut-{tmp_path.name}")
    yield disk
    disk.unregister()


@pytest.fixture
def small_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the log be carried over and begun anew many times in a short test."""
    monkeypatch.setattr(store, "WAL_BYTES", 1 << 17)
    monkeypatch.setattr(journal_module, "FRAMES_TO_RESTART", 60)
    monkeypatch.setattr(keeper, "FRAMES_TO_CARRY", 20)
    monkeypatch.setattr(keeper, "WAKE_S", 0.003)
    monkeypatch.setattr(keeper, "SEAL_S", 0.05)


class Load:
    """Three producers that put numbered signals until told to stop, at a lively pace."""

    def __init__(self, journal: Journal[int]) -> None:
        self._journal = journal
        self._next = 0
        self._guard = threading.Lock()
        self._ending = threading.Event()
        self._threads = [threading.Thread(target=self._produce) for _ in range(3)]
        for thread in self._threads:
            thread.start()

    def _produce(self) -> None:
        draw = random.Random(5)
        while not self._ending.wait(draw.random() * 0.002):
            for _ in range(draw.randrange(1, 20)):
                with self._guard:
                    self._journal.put(signal(b"%d" % self._next), self._next)
                    self._next += 1

    def end(self) -> int:
        self._ending.set()
        for thread in self._threads:
            thread.join()
        return self._next


def cut_now(
    disk: PowerCutDisk, data: DataDir, answers: Answers, into: Path, *, seed: int, mark: bytes
) -> tuple[DataDir, list[int]]:
    """Return a data directory as the disk holds it now, and what was acknowledged before that.

    ``mark`` is a watermark of some earlier moment: it is never flushed with a commit.
    """
    copy = DataDir(into)
    copy.create()
    # All read before the cut: what they tell of had been flushed by then.
    acknowledged = list(answers.stored)
    log = data.checkpoint_log.read_bytes()
    disk.cut(copy.receiver, seed=seed)
    copy.watermark.write_bytes(mark)
    copy.checkpoint_log.write_bytes(log)
    for key in data.keys.iterdir():
        shutil.copy(key, copy.keys)
    return copy, acknowledged


def survivors(copy: DataDir, vfs: str | None = None) -> list[int]:
    """Reopen as the receiver does after the power is back, and read every signal."""
    reopened, _ = started(copy)
    reopened.close()
    reader = Reader(copy)
    rows = reader.after(0, limit=1_000_000)
    reader.close()
    return [int(row.raw) for row in rows[1:]]


@pytest.mark.slow
@pytest.mark.usefixtures("small_log")
def test_forty_power_cuts_lose_nothing_that_was_acknowledged(
    disk: PowerCutDisk, data: DataDir, tmp_path: Path
) -> None:
    journal, answers = started(data, vfs=disk.name)
    marks = [data.watermark.read_bytes()]
    load = Load(journal)
    cuts = []
    draw = random.Random(2)
    for seed in range(CUTS):
        time.sleep(draw.random() * 0.03)
        mark = draw.choice(marks)
        into = tmp_path / f"cut-{seed}"
        cuts.append(cut_now(disk, data, answers, into, seed=seed, mark=mark))
        marks.append(data.watermark.read_bytes())
    load.end()
    journal.close()
    assert answers.broken == []
    assert answers.refused == []
    assert len(cuts[-1][1]) > 500, "there was no load to cut"
    for copy, acknowledged in cuts:
        found = survivors(copy)
        # All of it, in order, and behind it only what was on its way: nothing twice, no holes.
        assert found[: len(acknowledged)] == acknowledged
        assert len(set(found)) == len(found)
        report = verify(copy.root)
        assert report.problems == []
        assert report.rows == len(found) + 1


def test_the_same_cut_loses_rows_when_a_commit_does_not_flush(
    disk: PowerCutDisk, data: DataDir, tmp_path: Path
) -> None:
    """Proves that the test above can fail: NORMAL is what most recipes recommend."""
    journal, answers = started(data, vfs=disk.name)
    mark = data.watermark.read_bytes()
    journal._store._connection.execute("PRAGMA synchronous=NORMAL")
    for n in range(100):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(100)
    copy = DataDir(tmp_path / "cut")
    copy, acknowledged = cut_now(disk, data, answers, copy.root, seed=0, mark=mark)
    newest = data.watermark.read_bytes()
    journal.close()
    assert len(acknowledged) == 100
    assert survivors(copy) != acknowledged
    # And with the watermark of that moment the loss is named instead of passed over.
    shutil.rmtree(copy.root)
    for name in ("receiver", "keys"):
        (copy.root / name).mkdir(parents=True)
    shutil.copytree(data.keys, copy.keys, dirs_exist_ok=True)
    journal, answers = started(data, vfs=disk.name)
    journal._store._connection.execute("PRAGMA synchronous=NORMAL")
    for n in range(100):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(100)
    newest = data.watermark.read_bytes()
    disk.cut(copy.receiver)
    copy.watermark.write_bytes(newest)
    journal.close()
    with pytest.raises(InboxDamaged, match="är borta"):
        Journal.open(copy, mode="demo")


def test_a_cut_while_the_inbox_is_made_leaves_one_that_can_be_made_again(
    disk: PowerCutDisk, data: DataDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copies: list[DataDir] = []
    flushed = disk.flushed

    def cut_at_each_flush(path: str) -> None:
        for is_after in (False, True):
            if is_after:
                flushed(path)
            copy = DataDir(tmp_path / f"made-{len(copies)}")
            copy.create()
            disk.cut(copy.receiver, seed=len(copies))
            shutil.copytree(data.keys, copy.keys, dirs_exist_ok=True)
            if data.watermark.exists():
                shutil.copy(data.watermark, copy.watermark)
            copies.append(copy)

    monkeypatch.setattr(disk, "flushed", cut_at_each_flush)
    started(data, vfs=disk.name)[0].close()
    assert len(copies) > 6
    for copy in copies:
        assert survivors(copy) == []


def test_a_failed_flush_ends_the_writer_and_acknowledges_nothing(
    disk: PowerCutDisk, data: DataDir, tmp_path: Path
) -> None:
    journal, answers = started(data, vfs=disk.name)
    mark = data.watermark.read_bytes()
    for n in range(50):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(50)
    disk.flush_fails = True
    for n in range(50, 100):
        journal.put(signal(b"%d" % n), n)
    answers.until(lambda a: len(a.broken) == 1)
    disk.flush_fails = False  # the kernel says all is well again; it is too late
    for n in range(100, 150):
        journal.put(signal(b"%d" % n), n)
    copy, _ = cut_now(disk, data, answers, tmp_path / "cut", seed=0, mark=mark)
    flushes = disk.flushes
    journal.close()
    assert disk.flushes == flushes, "nothing may be flushed after a failure"
    assert answers.stored == list(range(50))
    assert answers.refused == []
    assert len(answers.broken) == 1
    assert survivors(copy)[:50] == list(range(50))


@pytest.mark.usefixtures("small_log")
@pytest.mark.parametrize(
    "idle", [(keeper, "FRAMES_TO_CARRY"), (journal_module, "FRAMES_TO_RESTART")]
)
def test_a_failed_flush_while_carrying_over_is_as_fatal(
    disk: PowerCutDisk,
    data: DataDir,
    monkeypatch: pytest.MonkeyPatch,
    idle: tuple[ModuleType, str],
) -> None:
    """The log would be reused although the database's pages are on no disk.

    Once for the writer's carrying over and once for the keeper's, the other being idle.
    """
    monkeypatch.setattr(*idle, 1 << 40)
    journal, answers = started(data, vfs=disk.name)
    flushed = disk.flushed

    def fail_for_the_database(path: str) -> None:
        if path.endswith(".db"):
            raise OSError(5, "Input/output error")
        flushed(path)

    monkeypatch.setattr(disk, "flushed", fail_for_the_database)
    load = Load(journal)
    answers.until(lambda a: len(a.broken) == 1)
    stored = len(answers.stored)
    load.end()
    time.sleep(0.05)
    assert len(answers.stored) <= stored + 4096
    at_rest = len(answers.stored)
    journal.put(signal(b"1"), -1)
    time.sleep(0.05)
    assert len(answers.stored) == at_rest
    assert len(answers.broken) == 1
    journal.close()


@pytest.mark.usefixtures("small_log")
def test_a_full_disk_refuses_and_goes_on_when_there_is_room(
    disk: PowerCutDisk, data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ballast, "free_bytes", lambda _: 0 if disk.is_full else 1 << 40)
    journal, answers = started(data, vfs=disk.name, ballast_bytes=1 << 20)
    journal._ballast.lay_out()
    assert data.ballast.stat().st_size == 1 << 20
    for n in range(20):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(20)
    disk.is_full = True
    put = 20
    while not answers.refused:
        for _ in range(50):
            journal.put(signal(b"%d" % put), put)
            put += 1
        answers.until_answered(put)
        assert put < 20_000, "a full disk was never noticed"
    # What fits in the log as it is may still be stored; now nothing may.
    disk.is_full_hard = True
    for n in range(put, put + 20):
        journal.put(signal(b"%d" % n), n)
    put += 20
    answers.until_answered(put)
    assert answers.refused[-20:] == list(range(put - 20, put))
    assert journal.is_full
    assert not data.ballast.exists(), "the ballast is given back at once"
    disk.is_full = disk.is_full_hard = False
    for n in range(put, put + 20):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(put + 20)
    assert not journal.is_full
    journal.close()
    assert answers.broken == []
    assert answers.stored[-20:] == list(range(put, put + 20))
    assert sorted(answers.stored + answers.refused) == list(range(put + 20))
    reader = Reader(data)
    assert [int(row.raw) for row in reader.after(1, limit=100_000)] == answers.stored
    reader.close()
    assert verify(data.root).problems == []


def test_a_disk_full_at_the_start_does_not_keep_the_receiver_from_starting(
    disk: PowerCutDisk, data: DataDir
) -> None:
    journal, answers = started(data, vfs=disk.name)
    journal.put(signal(b"0"), 0)
    answers.until_answered(1)
    journal.close()
    disk.is_full_hard = True
    journal, answers = started(data, vfs=disk.name)
    journal.put(signal(b"1"), 1)
    answers.until_answered(1)
    assert answers.refused == [1]
    disk.is_full_hard = False
    journal.put(signal(b"2"), 2)
    answers.until_answered(2)
    assert answers.stored == [2]
    journal.close()


def test_the_ballast_is_given_up_for_the_start(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is that finds no room: here the watermark, which must be made anew."""
    started(data)[0].close()
    data.ballast.write_bytes(bytes(4096))
    data.watermark.write_bytes(b"")
    os_open = os.open

    def full(path: Path, flags: int, *mode: int) -> int:
        if flags & os.O_CREAT and data.ballast.exists() and not Path(path).exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        return os_open(path, flags, *mode)

    monkeypatch.setattr(os, "open", full)
    journal, answers = started(data, ballast_bytes=1 << 40)
    journal.put(signal(b"1"), 1)
    answers.until_answered(1)
    assert answers.stored == [1]
    assert not data.ballast.exists()
    journal.close()


def test_the_ballast_is_given_up_when_no_room_is_left_at_the_start(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(data)[0].close()
    data.ballast.write_bytes(bytes(4096))
    monkeypatch.setattr(Ballast, "free_bytes", lambda _: 0)
    started(data)[0].close()
    assert not data.ballast.exists()


def test_half_a_line_of_the_seal_log_is_taken_back(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal, answers = started(data)
    journal.put(signal(b"0"), 0)
    answers.until_answered(1)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda descriptor, content: write(descriptor, content[:30]))
        journal.close()
    assert data.checkpoint_log.read_bytes() == b""
    assert verify(data.root).problems == []
    started(data)[0].close()
    assert data.checkpoint_log.read_bytes().startswith(b"2 ")


def test_a_callback_that_raises_is_told_as_broken(data: DataDir) -> None:
    journal: Journal[int] = Journal.open(data, mode="demo", ballast_bytes=0)
    answers = Answers()

    def fail(tickets: list[int]) -> None:
        raise RuntimeError("the loop is closed")

    journal.start(fail, answers.on_refused, answers.on_broken)
    journal.put(signal(b"x"), 0)
    answers.until(lambda a: len(a.broken) == 1)
    journal.close()
    assert isinstance(answers.broken[0], RuntimeError)
