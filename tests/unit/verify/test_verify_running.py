"""Verifying beside a receiver, after a kill, and on a copy."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.base.inbox.writing import signal, started
from tests.unit.verify.tampering import problems
from tornvakt.base.inbox import store
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify import verify


@pytest.fixture
def open_inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DataDir]:
    """An inbox that a receiver has open, with its newest rows in the log alone."""
    monkeypatch.setattr(store, "WAL_BYTES", 1 << 18)
    data = DataDir(tmp_path / "open")
    journal, answers = started(data)
    for n in range(50):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(50)
    yield data
    journal.close()


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.*")}


def copied(data: DataDir, *, without: tuple[str, ...] = ()) -> DataDir:
    copy = DataDir(data.root.with_name("copied"))
    shutil.copytree(data.root, copy.root, ignore=shutil.ignore_patterns(*without))
    return copy


def test_beside_a_running_receiver(open_inbox: DataDir) -> None:
    report = verify(open_inbox.root)
    assert (report.problems, report.rows) == ([], 51)


@pytest.mark.parametrize("without", [(), ("*-shm",)])
def test_after_a_kill_the_log_is_read_and_nothing_is_altered(
    open_inbox: DataDir, without: tuple[str, ...]
) -> None:
    copy = copied(open_inbox, without=without)
    before = contents(copy.root)
    report = verify(copy.root)
    assert (report.problems, report.rows) == ([], 51)
    assert contents(copy.root) == before


def test_a_closed_inbox_is_read_and_nothing_is_altered(data: DataDir) -> None:
    before = contents(data.root)
    assert problems(data) == []
    assert contents(data.root) == before


def test_a_deleted_log_is_named(open_inbox: DataDir) -> None:
    copy = copied(open_inbox, without=("*-wal", "*-shm"))
    found = problems(copy)
    assert found[0].startswith("Rad 2–51 saknas i slutet")


# -- a flipped byte ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["inbox.db", "inbox.db-wal", "watermark", "checkpoints.log"])
def test_a_flipped_byte_is_named_or_changes_nothing_that_can_be_read(
    pristine: DataDir, open_inbox: DataDir, name: str, tmp_path: Path
) -> None:
    """A byte in an unused corner of a page may go unseen; then every row must still be the same."""
    source = open_inbox if name == "inbox.db-wal" else pristine
    draw = random.Random(11)
    base = tmp_path / "base"
    shutil.copytree(source.root, base, ignore=shutil.ignore_patterns("*-shm"))
    whole = (base / "receiver" / name).read_bytes()
    used = [place for place, byte in enumerate(whole) if byte]
    expected = verify(base)
    assert expected.problems == []
    named = 0
    for _ in range(300):
        flipped = bytearray(whole)
        flipped[draw.choice(used)] ^= 1 << draw.randrange(8)
        (base / "receiver" / name).write_bytes(flipped)
        report = verify(base)
        if report.problems:
            named += 1
        else:
            assert (report.rows, report.head) == (expected.rows, expected.head)
    (base / "receiver" / name).write_bytes(whole)
    assert named > 60
