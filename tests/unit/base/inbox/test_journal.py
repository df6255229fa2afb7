"""The writer: order, exactly once, reopening, and the refusals a person meets."""

import hashlib
import struct
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import apsw
import pytest

from tests.unit.base.inbox.writing import Answers, signal, started
from tornvakt.base.inbox import keeper
from tornvakt.base.inbox.entries import NO_HASH, Entry, Kind, NewEntry, bind, chained
from tornvakt.base.inbox.journal import InboxDamaged, Journal, WrongMode
from tornvakt.base.inbox.keys import WrongSealKey
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt_verify import verify

SWALLOW = "BEFORE INSERT ON entry WHEN new.raw = x'78' BEGIN SELECT RAISE(IGNORE); END"
REPLACE = """BEFORE INSERT ON entry WHEN new.raw = x'78' BEGIN
    INSERT INTO entry SELECT new.id, 1, 0, 0, '', '', '', 'y', '', '', new.hash;
    SELECT RAISE(IGNORE); END"""
REMOVE = """AFTER INSERT ON entry WHEN new.raw = x'78' BEGIN
    DELETE FROM entry WHERE id = new.id; END"""


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path / "data")


def entries_of(data: DataDir) -> list[Entry]:
    reader = Reader(data)
    try:
        return reader.after(0, limit=1_000_000)
    finally:
        reader.close()


def test_the_first_row_tells_which_inbox_this_is(data: DataDir) -> None:
    journal, _ = started(data, clock=lambda: 1_764_000_000_000_000)
    genesis = journal.genesis
    journal.close()
    first = entries_of(data)[0]
    assert (first.id, first.kind, first.stored_at_us) == (1, Kind.GENESIS, 1_764_000_000_000_000)
    assert Reader(data).genesis() == genesis
    assert genesis["mode"] == "demo"
    assert genesis["created"] == "2025-11-24T16:00:00+00:00"
    assert len(bytes.fromhex(genesis["seal_key"])) == 32


def test_every_field_comes_back_as_it_was_put(data: DataDir) -> None:
    journal, answers = started(data, clock=lambda: 77)
    put = NewEntry(Kind.EVIDENCE, -5, "ÅÄ12", "udp ::1", b"k" * 16, b"\0\xff", b"p", b'{"a":1}')
    journal.put(put, "ticket")
    answers.until_answered(1)
    journal.close()
    entry = entries_of(data)[-1]
    assert entry[:10] == (2, put.kind, put.at_us, 77, *put[2:])
    assert answers.stored == ["ticket"]


def test_the_hash_is_what_the_reference_page_says(data: DataDir) -> None:
    journal, answers = started(data)
    journal.put(signal(b"raw", account="AB", key=b"k" * 16), 0)
    answers.until_answered(1)
    journal.close()
    before, row = entries_of(data)
    content = b"TVJ1" + struct.pack(
        ">QBqqHHHIII", row.id, row.kind, row.at_us, row.stored_at_us, 2, 13, 16, 3, 0, 0
    )
    content += b"AB" + b"tcp 127.0.0.1" + b"k" * 16 + b"raw"
    assert row.hash == hashlib.sha256(before.hash + content).digest()


def test_the_fast_and_the_plain_hash_agree() -> None:
    rows = [
        signal(bytes([n % 256]) * n, account=f"{n:03X}å", key=b"k" * (n % 17)) for n in range(300)
    ]
    values, last_id, head = bind(rows, 41, NO_HASH, 99)
    previous = NO_HASH
    for number, row in enumerate(rows, 42):
        previous = chained(previous, number, 99, row)
        assert values[(number - 42) * 11 + 10] == previous
    assert (last_id, head) == (341, previous)


def test_ten_threads_each_keep_their_order_and_nothing_is_doubled(data: DataDir) -> None:
    journal, answers = started(data)
    threads, each = 10, 1000

    def produce(thread: int) -> None:
        for n in range(each):
            entry = None if n % 10 == 9 else signal(b"%d %d" % (thread, n))
            journal.put(entry, (thread, n))

    producers = [threading.Thread(target=produce, args=(n,)) for n in range(threads)]
    for producer in producers:
        producer.start()
    for producer in producers:
        producer.join()
    answers.until_answered(threads * each)
    journal.close()
    for thread in range(threads):
        assert [n for t, n in answers.stored if t == thread] == list(range(each))
    rows = [tuple(map(int, entry.raw.split())) for entry in entries_of(data)[1:]]
    assert rows == [(t, n) for t, n in answers.stored if n % 10 != 9]
    assert answers.batches < threads * each, "one flush for many"


def test_a_ticket_without_entry_waits_for_its_turn_and_stores_nothing(data: DataDir) -> None:
    journal, answers = started(data)
    for n in range(50):
        journal.put(signal(b"x") if n == 0 else None, n)
    answers.until_answered(50)
    journal.close()
    assert answers.stored == list(range(50))
    assert journal.last_id == 2


def test_batches_larger_than_one_insert_are_stored_whole(data: DataDir) -> None:
    journal: Journal[int] = Journal.open(data, mode="demo", ballast_bytes=0)
    answers = Answers()
    count = 9000
    for n in range(count):
        journal.put(signal(b"%d" % n), n)
    journal.start(answers.on_stored, answers.on_refused, answers.on_broken)
    answers.until_answered(count)
    journal.close()
    assert answers.stored == list(range(count))
    assert answers.batches == 3  # at most 4096 in one
    assert [int(entry.raw) for entry in entries_of(data)[1:]] == list(range(count))


def test_an_entry_that_cannot_be_stored_does_not_stop_the_others(data: DataDir) -> None:
    journal: Journal[int] = Journal.open(data, mode="demo", ballast_bytes=0)
    answers = Answers()
    unfit = [
        signal(b"x")._replace(at_us=1 << 70),
        signal(b"x")._replace(account="\udcff"),
        signal(b"x")._replace(raw="text"),  # type: ignore[arg-type]
        signal(b"x")._replace(kind=300),
    ]
    for n, entry in enumerate([signal(b"a"), *unfit, signal(b"b")]):
        journal.put(entry, n)
    journal.start(answers.on_stored, answers.on_refused, answers.on_broken)
    answers.until_answered(6)
    journal.close()
    assert (answers.stored, answers.refused, answers.broken) == ([0, 5], [1, 2, 3, 4], [])
    assert [entry.raw for entry in entries_of(data)[1:]] == [b"a", b"b"]


def test_the_pulse_is_one_row_that_is_overwritten(data: DataDir) -> None:
    journal, answers = started(data)
    reader = Reader(data)
    assert reader.pulse() is None
    for n in range(5):
        journal.put_pulse(n, 1000 + n, n)
    journal.put(signal(b"x"), 5)
    answers.until_answered(6)
    assert reader.pulse() == (4, 1004)
    assert reader.last_id() == 2
    reader.close()
    journal.close()
    assert answers.stored == list(range(6))


def test_reopening_goes_on_with_the_chain(data: DataDir) -> None:
    for round_ in range(3):
        journal, answers = started(data)
        for n in range(5):
            journal.put(signal(b"%d" % n), n)
        answers.until_answered(5)
        journal.close()
        assert journal.last_id == 1 + 5 * (round_ + 1)
    rows = entries_of(data)
    for before, row in pairwise(rows):
        stored = NewEntry(row.kind, row.at_us, *row[4:10])
        assert chained(before.hash, row.id, row.stored_at_us, stored) == row.hash


def test_recent_gives_keys_of_the_window_oldest_first(data: DataDir) -> None:
    now = 1000
    journal, answers = started(data, clock=lambda: now)
    for n in range(10):
        now = 1000 + n
        key = b"" if n == 7 else b"%016d" % n
        journal.put(signal(b"x", key=key), n)
        answers.until_answered(n + 1)
    journal.close()
    journal, _ = started(data)
    assert list(journal.recent(1005)) == [(b"%016d" % n, n + 2) for n in (5, 6, 8, 9)]
    assert list(journal.recent(0, limit=2)) == [(b"%016d" % n, n + 2) for n in (8, 9)]
    journal.close()


@pytest.mark.parametrize("mode", ["ovning", "skarp"])
def test_another_mode_is_refused_in_swedish(data: DataDir, mode: str) -> None:
    started(data)[0].close()
    with pytest.raises(WrongMode, match=r"gjord för demo, inte för (övning|skarp drift)"):
        Journal.open(data, mode=mode)  # type: ignore[arg-type]
    started(data)[0].close()  # and the refusal let go of the lock


def test_a_second_writer_is_refused_and_told_who_has_it(data: DataDir) -> None:
    journal, _ = started(data)
    program = (
        "import sys; from pathlib import Path; from tornvakt.base.inbox.journal import *\n"
        "from tornvakt.base.inbox.paths import DataDir\n"
        "try: Journal.open(DataDir(Path(sys.argv[1])), mode='demo')\n"
        "except InboxBusy as refusal: print(refusal); sys.exit(3)\n"
    )
    second = subprocess.run(
        [sys.executable, "-c", program, str(data.root)], capture_output=True, text=True
    )
    assert second.returncode == 3, second.stderr
    assert f"(process {__import__('os').getpid()})" in second.stdout
    journal.close()
    started(data)[0].close()


def test_a_lost_log_is_named_at_the_next_opening(data: DataDir) -> None:
    journal, answers = started(data)
    for n in range(10):
        journal.put(signal(b"x"), n)
    answers.until_answered(10)
    copy = _copy_as_after_a_kill(data, with_log=False)
    journal.close()
    with pytest.raises(InboxDamaged, match="rad 2 till 11 är borta"):
        Journal.open(copy, mode="demo")


def test_after_a_kill_everything_acknowledged_is_there(data: DataDir) -> None:
    journal, answers = started(data)
    for n in range(10):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(10)
    copy = _copy_as_after_a_kill(data, with_log=True)
    journal.close()
    again, _ = started(copy)
    assert again.last_id == 11
    again.close()


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE entry SET raw = 'y' WHERE id = 7", "rad 7 är ändrad"),
        ("UPDATE entry SET raw = CAST('x' AS TEXT) WHERE id = 7", "rad 7 är ändrad"),
        ("DELETE FROM entry WHERE id = 7", "rad 7 är borta"),
        ("DELETE FROM entry WHERE id > 9", "rad 10 till 11 är borta"),
        ("DELETE FROM entry WHERE id = 1", "första raden är borta"),
        ("DELETE FROM entry", "första raden är borta"),
        ("UPDATE entry SET meta = 'x' WHERE id = 1", "första raden är ändrad"),
        ("DROP TABLE entry", "tabellen entry är borta"),
        (f"CREATE TRIGGER seal {SWALLOW}", r"främmande föremål \(trigger seal\)"),
        ("DROP TABLE pulse; CREATE TABLE pulse (one, n, at_us)", r"föremål \(table pulse\)"),
    ],
)
def test_a_tampered_tail_is_refused_with_the_row_named(data: DataDir, sql: str, words: str) -> None:
    journal, answers = started(data)
    for n in range(10):
        journal.put(signal(b"x"), n)
    answers.until_answered(10)
    journal.close()
    with apsw.Connection(str(data.inbox)) as connection:
        connection.execute(sql)
    connection.close()
    with pytest.raises(InboxDamaged, match=words):
        Journal.open(data, mode="demo")


def test_a_missing_file_beside_a_watermark_is_damage_not_a_new_inbox(data: DataDir) -> None:
    started(data)[0].close()
    data.inbox.unlink()
    with pytest.raises(InboxDamaged, match="är borta"):
        Journal.open(data, mode="demo")
    data.inbox.touch()
    with pytest.raises(InboxDamaged, match="alla rader är borta"):
        Journal.open(data, mode="demo")


@pytest.mark.parametrize("trigger", [SWALLOW, REPLACE, REMOVE])
@pytest.mark.parametrize("beside", [0, 300])
def test_a_row_that_a_trigger_swallows_is_not_acknowledged(
    data: DataDir, trigger: str, beside: int
) -> None:
    """SQLite reports success; only the count of changes tells."""
    journal: Journal[int] = Journal.open(data, mode="demo", ballast_bytes=0)
    with apsw.Connection(str(data.inbox)) as connection:
        connection.execute(f"CREATE TRIGGER t {trigger}")
    connection.close()
    answers = Answers()
    for n in range(beside + 1):
        journal.put(signal(b"x" if n == beside else b"%d" % n), n)
    journal.start(answers.on_stored, answers.on_refused, answers.on_broken)
    answers.until(lambda a: len(a.broken) == 1 or len(a.stored) > 0)
    journal.close()
    assert (answers.stored, answers.refused, len(answers.broken)) == ([], [], 1)
    with pytest.raises(InboxDamaged, match="främmande föremål"):
        Journal.open(data, mode="demo")


@pytest.mark.parametrize("key", [None, b"another" * 5, b"x" * 32])
def test_without_its_signing_key_it_is_refused_but_not_called_damaged(
    data: DataDir, key: bytes | None
) -> None:
    started(data)[0].close()
    path = data.keys / "seal.key"
    own = path.read_bytes()
    path.unlink()
    if key is not None:
        path.write_bytes(key)
    with pytest.raises(WrongSealKey, match=r"seal\.key .*journal set-aside"):
        Journal.open(data, mode="demo")
    path.write_bytes(own)
    started(data)[0].close()


def test_rows_that_waited_long_are_sealed_before_anything_is_added(data: DataDir) -> None:
    """By the clock of the rows themselves, whatever the keeper does: the verifier asks for it."""
    now = 0
    journal, answers = started(data, clock=lambda: now * 1_000_000)
    for n, seconds in enumerate((0, 100, 119, 121, 200, 3600, 3601)):
        now = seconds
        journal.put(signal(b"%d" % n), n)
        answers.until_answered(n + 1)
    copy = _copy_as_after_a_kill(data, with_log=True)
    journal.close()
    reopened, answers = started(copy, clock=lambda: 10**13)
    reopened.put(signal(b"after"), 0)
    answers.until_answered(1)
    with apsw.Connection(str(copy.inbox)) as connection:
        sealed = [number for (number,) in connection.execute("SELECT id FROM seal ORDER BY id")]
    connection.close()
    reopened.close()
    assert sealed == [4, 6, 8]
    assert verify(copy.root).problems == []


def test_a_seal_is_written_each_period_and_at_the_end(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SEAL_S", 0.4)
    monkeypatch.setattr(keeper, "WAKE_S", 0.02)
    journal, answers = started(data)
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    for _ in range(500):
        if data.checkpoint_log.read_text().startswith("2 "):
            break
        threading.Event().wait(0.02)
    journal.put(signal(b"y"), 1)
    answers.until_answered(2)
    journal.close()
    journal, _ = started(data)
    journal.close()
    lines = data.checkpoint_log.read_text().splitlines()
    assert [int(line.split()[0]) for line in lines] == [2, 3], "a quiet inbox is sealed once"
    assert lines[1].split()[1] == entries_of(data)[-1].hash.hex()


def test_files_are_readable_by_the_owner_alone(data: DataDir) -> None:
    journal, answers = started(data, ballast_bytes=4096)
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    files = [path for folder in (data.receiver, data.keys) for path in folder.iterdir()]
    assert data.inbox_wal in files
    assert {path.name: oct(path.stat().st_mode & 0o077) for path in files} == {
        path.name: "0o0" for path in files
    }
    journal.close()


def _copy_as_after_a_kill(data: DataDir, *, with_log: bool) -> DataDir:
    """Copy the files while the writer has them open: what a killed process leaves."""
    copy = DataDir(data.root.with_name("copy"))
    copy.create()
    names = ["inbox.db", "watermark", "checkpoints.log"] + ["inbox.db-wal"] * with_log
    for name in names:
        (copy.receiver / name).write_bytes((data.receiver / name).read_bytes())
    for key in data.keys.iterdir():
        (copy.keys / key.name).write_bytes(key.read_bytes())
    return copy
