"""Reading beside the writer: what is new, in order, and never what is not yet on the disk."""

from pathlib import Path

import apsw
import pytest

from tests.unit.base.inbox.writing import signal, started
from tornvakt.base.inbox.entries import Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import InboxMissing, Reader


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def test_entries_come_in_order_and_in_portions(data: DataDir) -> None:
    journal, answers = started(data)
    for n in range(25):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(25)
    reader = Reader(data)
    first = reader.after(1, limit=10)
    second = reader.after(first[-1].id, limit=10)
    third = reader.after(second[-1].id, limit=10)
    assert [int(entry.raw) for entry in first + second + third] == list(range(25))
    assert len(third) == 5
    assert reader.after(third[-1].id) == []
    assert reader.last_id() == 26
    assert reader.get(2) == first[0]
    assert reader.get(27) is None
    reader.close()
    journal.close()


def test_kinds_leave_out_the_others(data: DataDir) -> None:
    journal, answers = started(data)
    for n in range(10):
        journal.put(signal(b"%d" % n)._replace(kind=Kind.NOTICE if n % 3 else Kind.SIGNAL), n)
    answers.until_answered(10)
    reader = Reader(data)
    assert [entry.raw for entry in reader.after(0, kinds={Kind.SIGNAL})] == [b"0", b"3", b"6", b"9"]
    assert len(reader.after(0, kinds=[Kind.SIGNAL, Kind.NOTICE])) == 10
    assert reader.after(0, kinds=[]) == []
    reader.close()
    journal.close()


def test_changed_tells_of_each_commit_once(data: DataDir) -> None:
    journal, answers = started(data)
    reader = Reader(data)
    assert reader.changed()
    assert not reader.changed()
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    assert reader.changed()
    assert not reader.changed()
    journal.put_pulse(1, 1, 1)
    answers.until_answered(2)
    assert reader.changed()
    reader.close()
    journal.close()


def test_a_reader_sees_each_row_while_it_is_being_written(data: DataDir) -> None:
    journal, answers = started(data)
    reader = Reader(data)
    last, seen = 1, []
    for n in range(3000):
        journal.put(signal(b"%d" % n), n)
        if n % 50 == 0:
            seen += reader.after(last)
            last = seen[-1].id if seen else 1
    answers.until_answered(3000)
    while rows := reader.after(last):
        seen += rows
        last = rows[-1].id
    assert [int(entry.raw) for entry in seen] == list(range(3000))
    reader.close()
    journal.close()


def test_after_the_receiver_is_gone_it_still_reads(data: DataDir) -> None:
    journal, answers = started(data)
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    journal.close()
    reader = Reader(data)
    assert [entry.raw for entry in reader.after(1)] == [b"x"]
    reader.close()


def test_it_cannot_write(data: DataDir) -> None:
    started(data)[0].close()
    reader = Reader(data)
    with pytest.raises(apsw.ReadOnlyError):
        reader._connection.execute("DELETE FROM entry")
    assert reader.last_id() == 1


def test_before_any_receiver_it_says_what_to_do(data: DataDir) -> None:
    with pytest.raises(InboxMissing, match="Starta mottagaren först"):
        Reader(data)
    data.create()
    data.inbox.touch()
    with pytest.raises(InboxMissing):
        Reader(data)
