"""The verifier names what was done to an inbox, row by row, and changes nothing itself."""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.base.inbox.writing import signal, started
from tornvakt.base.inbox import store, watermark
from tornvakt.base.inbox.entries import NO_HASH, NewEntry, chained
from tornvakt.base.inbox.filling import fill
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify import CannotVerify, verify
from tornvakt_verify.__main__ import main
from tornvakt_verify.chain import Chain

ROWS = 60


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Sixty rows and genesis, sealed at rows 21, 41 and 61."""
    data = DataDir(tmp_path_factory.mktemp("pristine") / "data")
    for round_ in range(3):
        journal, answers = started(data)
        for n in range(20):
            journal.put(signal(b"%d" % (round_ * 20 + n), account=f"{n:04d}"), n)
        answers.until_answered(20)
        journal.close()
    return data


@pytest.fixture
def data(pristine: DataDir, tmp_path: Path) -> DataDir:
    shutil.copytree(pristine.root, tmp_path / "data")
    return DataDir(tmp_path / "data")


def tamper(data: DataDir, *statements: str) -> None:
    connection = sqlite3.connect(data.inbox)
    with connection:
        for sql in statements:
            connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def rechain(data: DataDir, first: int, last: int = 1 << 40) -> None:
    """Compute the hashes anew from a row on, as an intruder who knows the format would."""
    connection = sqlite3.connect(data.inbox)
    with connection:
        head = NO_HASH
        for (before,) in connection.execute("SELECT hash FROM entry WHERE id = ?", (first - 1,)):
            head = before
        rows = connection.execute(
            "SELECT id, stored_at_us, kind, at_us, account, path, dup_key, raw, plain, meta "
            "FROM entry WHERE id BETWEEN ? AND ? ORDER BY id",
            (first, last),
        ).fetchall()
        for number, stored_at_us, *fields in rows:
            head = chained(head, number, stored_at_us, NewEntry(*fields))
            connection.execute("UPDATE entry SET hash = ? WHERE id = ?", (head, number))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def problems(data: DataDir) -> list[str]:
    return verify(data.root).problems


def test_a_whole_inbox_is_whole(data: DataDir) -> None:
    report = verify(data.root)
    assert report.problems == []
    assert report.notes == []
    assert report.ok
    assert (report.rows, report.first_id, report.last_id) == (ROWS + 1, 1, ROWS + 1)
    assert (report.seals, report.mode) == (3, "demo")
    mark = watermark.read(data.watermark)
    assert mark is not None
    assert report.head == mark.hash.hex()


CHANGED = "Rad 30 är ändrad: innehållet stämmer inte med radens kontrollsumma och raden före."


@pytest.mark.parametrize(
    "change",
    [
        "raw = CAST('x' AS BLOB)",
        "account = '9999'",
        "at_us = at_us + 1",
        "stored_at_us = stored_at_us - 1",
        "kind = 2",
        "kind = 'x'",
        "path = 'udp 127.0.0.1'",
        "dup_key = x'00'",
        "plain = x'00'",
        "meta = x'7b7d'",
        "account = account || path, path = ''",
        "at_us = 1.5",
    ],
)
def test_a_changed_field_is_named(data: DataDir, change: str) -> None:
    tamper(data, f"UPDATE entry SET {change} WHERE id = 30")
    assert problems(data) == [CHANGED]


def test_a_field_of_another_type_is_named(data: DataDir) -> None:
    tamper(data, "UPDATE entry SET raw = CAST(raw AS TEXT) WHERE id = 30")
    assert problems(data) == ["Rad 30 är ändrad: ett fält har fel typ."]


def test_a_changed_hash_is_named_and_the_next_row_is_not_blamed(data: DataDir) -> None:
    tamper(data, "UPDATE entry SET hash = zeroblob(32) WHERE id = 30")
    assert problems(data) == ["Rad 30 är ändrad: radens kontrollsumma är utbytt."]


def test_several_changed_rows_are_each_named(data: DataDir) -> None:
    tamper(data, "UPDATE entry SET raw = x'00' WHERE id IN (5, 6, 50)")
    assert [text.split(" är ")[0] for text in problems(data)] == ["Rad 5", "Rad 6", "Rad 50"]


def test_a_removed_row_is_named(data: DataDir) -> None:
    tamper(data, "DELETE FROM entry WHERE id = 30")
    assert problems(data) == ["Rad 30 saknas: numren har en lucka."]
    tamper(data, "DELETE FROM entry WHERE id BETWEEN 31 AND 33")
    assert problems(data) == ["Rad 30–33 saknas: numren har en lucka."]


def test_a_removed_row_whose_gap_was_closed_is_noticed(data: DataDir) -> None:
    tamper(
        data,
        "DELETE FROM entry WHERE id = 30",
        "UPDATE entry SET id = id - 1 + 1000 WHERE id > 30",
        "UPDATE entry SET id = id - 1000 WHERE id > 1000",
    )
    found = problems(data)
    assert found[0].startswith("Rad 30 är ändrad")
    assert any("Rad 61 saknas i slutet" in text for text in found)


def test_the_first_row_is_missed(data: DataDir) -> None:
    tamper(data, "DELETE FROM entry WHERE id = 1")
    found = problems(data)
    assert "Den första raden (som säger vilken inkorg det är) saknas." in found
    assert "Rad 1 saknas: numren har en lucka." in found


@pytest.mark.parametrize(("one", "two"), [(30, 45), (30, 31), (60, 61), (2, 61)])
@pytest.mark.parametrize("with_hash", [True, False])
def test_two_swapped_rows_are_named_and_nobody_else(
    data: DataDir, one: int, two: int, with_hash: bool
) -> None:
    if with_hash:
        tamper(
            data,
            f"UPDATE entry SET id = 1000 WHERE id = {one}",
            f"UPDATE entry SET id = {one} WHERE id = {two}",
            f"UPDATE entry SET id = {two} WHERE id = 1000",
        )
    else:
        columns = "kind, at_us, stored_at_us, account, path, dup_key, raw, plain, meta"
        tamper(
            data,
            f"CREATE TEMP TABLE kept AS SELECT * FROM entry WHERE id IN ({one}, {two})",
            *(
                f"UPDATE entry SET ({columns}) = (SELECT {columns} FROM kept WHERE id = {b}) "
                f"WHERE id = {a}"
                for a, b in ((one, two), (two, one))
            ),
        )
    found = problems(data)
    assert found[0] == f"Rad {one} och rad {two} har bytt plats."
    # A last row in another place contradicts the watermark and the last seal too.
    assert all("rad 61" in text for text in found[1:])
    assert (len(found) == 1) == (two != 61 or not with_hash)


def test_rows_cut_off_at_the_end_are_named_by_the_watermark_and_the_seal(data: DataDir) -> None:
    tamper(data, "DELETE FROM entry WHERE id > 55")
    first, second, third = problems(data)
    assert first.startswith("Rad 56–61 saknas i slutet: inkorgen är avkortad")
    assert second.startswith("Rad 56–61 saknas i slutet: sigillet i inkorgen visar att rad 61")
    assert "sigillet i checkpoints.log" in third


def test_an_older_copy_put_back_is_named(data: DataDir, tmp_path: Path) -> None:
    shutil.copy(data.inbox, tmp_path / "older.db")
    journal, answers = started(data)
    for n in range(5):
        journal.put(signal(b"%d" % n), n)
    answers.until_answered(5)
    journal.close()
    shutil.copy(tmp_path / "older.db", data.inbox)
    first, *rest = problems(data)
    assert first.startswith("Rad 62–66 saknas i slutet: inkorgen är avkortad eller återställd")
    assert "Sigillet för rad 66 finns i checkpoints.log men inte i inkorgen." in rest


def test_an_older_copy_with_its_watermark_is_named_by_the_seals(
    data: DataDir, tmp_path: Path
) -> None:
    shutil.copytree(data.receiver, tmp_path / "older")
    journal, answers = started(data)
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    journal.close()
    log = data.checkpoint_log.read_bytes()
    shutil.rmtree(data.receiver)
    shutil.copytree(tmp_path / "older", data.receiver)
    assert problems(data) == [], "everything was put back: only a copy elsewhere can tell"
    kept = tmp_path / "checkpoints-elsewhere.log"
    kept.write_bytes(log)
    first, second = verify(data.root, checkpoints=kept).problems
    assert first.startswith("Rad 62 saknas i slutet: sigillet i kopian visar att rad 62 fanns")
    assert second == "Sigillet för rad 62 finns i kopian men inte i checkpoints.log."


def test_a_chain_computed_anew_is_named_by_the_seals(data: DataDir) -> None:
    tamper(data, "UPDATE entry SET raw = x'00' WHERE id = 30")
    rechain(data, 30)
    found = problems(data)
    assert found[0].startswith("Vattenmärket stämmer inte med rad 61")
    assert found[1].startswith("Rad 22–41 är omskriven: rad 41 är inte den som förseglades")
    assert found[2].startswith("Rad 22–61 är omskriven")


def test_one_row_with_its_hash_computed_anew_is_found_at_the_next(data: DataDir) -> None:
    tamper(data, "UPDATE entry SET raw = x'00' WHERE id = 30")
    rechain(data, 30, 30)
    (found,) = problems(data)
    assert found.startswith("Rad 31 är ändrad")
    assert "raden före" in found


def test_an_edited_seal_is_named(data: DataDir) -> None:
    tamper(data, "UPDATE seal SET at_us = at_us + 1 WHERE id = 41")
    assert problems(data) == ["Sigillet för rad 41 i inkorgen är ändrat: signaturen stämmer inte."]


def test_a_removed_seal_is_named(data: DataDir) -> None:
    tamper(data, "DELETE FROM seal WHERE id = 41")
    assert problems(data) == ["Sigillet för rad 41 finns i checkpoints.log men inte i inkorgen."]


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """An hour of one signal a minute, killed once in the middle and stopped in order at the end."""
    data = DataDir(tmp_path_factory.mktemp("hour") / "data")
    minute = 0
    journal, answers = started(data, clock=lambda: 10**15 + minute * 60_000_000)
    for n in range(30):
        minute = n
        journal.put(signal(b"%d" % n), n)
        answers.until_answered(n + 1)
    killed = DataDir(data.root.with_name("killed"))
    shutil.copytree(data.root, killed.root)
    journal.close()
    journal, answers = started(killed, clock=lambda: 10**15 + minute * 60_000_000)
    for n in range(30):
        minute = 300 + n
        journal.put(signal(b"%d" % n), n)
        answers.until_answered(n + 1)
    journal.close()
    return killed


@pytest.fixture
def long(hour: DataDir, tmp_path: Path) -> DataDir:
    shutil.copytree(hour.root, tmp_path / "long")
    return DataDir(tmp_path / "long")


def new_mark(data: DataDir) -> None:
    with sqlite3.connect(data.inbox) as connection:
        mark = connection.execute("SELECT id, hash FROM entry ORDER BY id DESC LIMIT 1").fetchone()
    connection.close()
    data.watermark.write_bytes(watermark.slot_bytes(watermark.Mark(*mark)).ljust(64, b"\0") * 2)


def test_a_kill_and_five_hours_of_silence_leave_no_rows_without_a_seal(long: DataDir) -> None:
    report = verify(long.root)
    assert (report.problems, report.notes, report.rows) == ([], [], 61)


@pytest.mark.parametrize("keep", [20, 0])
def test_rows_made_anew_without_their_seals_are_named(long: DataDir, keep: int) -> None:
    """Everything an intruder without the key can do: chain, watermark and both lists of seals."""
    tamper(
        long,
        "UPDATE entry SET raw = x'00' WHERE id = 30",
        f"DELETE FROM seal WHERE id > {keep}",
    )
    rechain(long, 30)
    new_mark(long)
    edit_log(long, lambda lines: lines.__delitem__(slice(_kept(lines, keep), None)))
    sealed = max((int(line.split()[0]) for line in long.checkpoint_log.open()), default=0)
    expected = f"Rad {sealed + 1}–61 spänner över mer än tre minuter utan sigill: "
    expected += "sigill är borttagna, eller raderna utbytta."
    assert problems(long) == [expected]
    # And it stays named when the receiver goes on and seals what it finds.
    journal, answers = started(long)
    journal.put(signal(b"x"), 0)
    answers.until_answered(1)
    journal.close()
    assert problems(long) == [expected]


def _kept(lines: list[str], last: int) -> int:
    return sum(int(line.split()[0]) <= last for line in lines)


def test_newest_rows_without_a_seal_are_told_but_no_damage(data: DataDir) -> None:
    tamper(data, "DELETE FROM seal WHERE id = 61")
    edit_log(data, lambda lines: lines.pop())
    report = verify(data.root)
    assert report.problems == []
    assert report.notes == [
        "Rad 42–61 har ännu inget sigill. Det får den när mottagaren körts en minut till."
    ]


def test_a_trigger_is_named(data: DataDir) -> None:
    tamper(data, "CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END")
    assert problems(data) == ["Inkorgen har ett främmande föremål: trigger t."]


def test_a_trigger_behind_a_tables_name_is_named(data: DataDir) -> None:
    swallow = "BEFORE INSERT ON entry BEGIN SELECT RAISE(IGNORE); END"
    tamper(data, f"CREATE TRIGGER seal {swallow}")
    assert problems(data) == ["Inkorgen har ett främmande föremål: trigger seal."]


def test_a_table_made_otherwise_is_named(data: DataDir) -> None:
    tamper(data, "DROP TABLE pulse", "CREATE TABLE pulse (one, n, at_us)")
    assert problems(data) == ["Tabellen pulse är gjord på ett annat sätt än inkorgens."]
    tamper(data, "DROP TABLE pulse")
    assert problems(data) == ["Tabellen pulse är borta."]


def edit_log(data: DataDir, edit: Callable[[list[str]], Any]) -> None:
    lines = data.checkpoint_log.read_text().splitlines()
    edit(lines)
    data.checkpoint_log.write_text("".join(f"{line}\n" for line in lines))


def test_edited_lines_of_the_seal_log_are_named(data: DataDir) -> None:
    def other_signature(lines: list[str]) -> None:
        lines[1] = lines[1][:-1] + ("0" if lines[1][-1] != "0" else "1")

    edit_log(data, other_signature)
    assert problems(data) == [
        "Sigillet för rad 41 i checkpoints.log är ändrat: signaturen stämmer inte."
    ]


def test_lines_that_are_unreadable_removed_or_moved_are_named(data: DataDir) -> None:
    whole = data.checkpoint_log.read_text()
    edit_log(data, lambda lines: lines.__setitem__(1, lines[1].upper()))
    assert "Rad 2 i checkpoints.log är ändrad: den går inte att läsa." in problems(data)
    data.checkpoint_log.write_text(whole)
    edit_log(data, lambda lines: lines.pop(1))
    assert problems(data) == ["Raden för sigill 41 saknas i checkpoints.log."]
    data.checkpoint_log.write_text(whole)
    edit_log(data, lambda lines: lines.reverse())
    assert "Rad 2 i checkpoints.log står inte i ordning (inkorgsrad 41)." in problems(data)
    data.checkpoint_log.write_text("")
    assert len(problems(data)) == 3
    data.checkpoint_log.unlink()
    assert "checkpoints.log är borta." in problems(data)


def test_a_seal_whose_line_was_not_written_yet_is_no_damage(data: DataDir) -> None:
    edit_log(data, lambda lines: lines.pop())
    assert problems(data) == []
    with data.checkpoint_log.open("a") as log:
        log.write("61 abc")
    report = verify(data.root)
    assert report.problems == []
    assert report.notes == [
        "Sista raden i checkpoints.log är inte färdigskriven; mottagaren tar bort den."
    ]


def test_an_edited_watermark_is_named(data: DataDir) -> None:
    content = data.watermark.read_bytes()
    data.watermark.write_bytes(b"\0" + content[1:])
    assert problems(data) == ["Vattenmärkets första halva är ändrad eller skadad."]
    mark = watermark.read(data.watermark)
    assert mark is not None
    slot = watermark.slot_bytes(mark._replace(hash=bytes(32))).ljust(64, b"\0")
    data.watermark.write_bytes(slot * 2)
    assert problems(data) == [
        "Vattenmärket stämmer inte med rad 61: raden eller vattenmärket är ändrat."
    ]
    slot = watermark.slot_bytes(mark._replace(id=70)).ljust(64, b"\0")
    data.watermark.write_bytes(slot * 2)
    assert problems(data)[0].startswith("Rad 62–70 saknas i slutet")
    data.watermark.unlink()
    assert problems(data) == ["Vattenmärket (receiver/watermark) är borta."]


def test_a_missing_inbox_is_damage_when_there_was_one(data: DataDir) -> None:
    data.inbox.unlink()
    assert problems(data) == ["Inkorgen (receiver/inbox.db) är borta."]


def test_without_an_inbox_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="ingen datakatalog"):
        verify(tmp_path)
    (tmp_path / "receiver").mkdir()
    with pytest.raises(CannotVerify, match="ingen inkorg"):
        verify(tmp_path)


# -- beside a receiver, after a kill, on a copy --------------------------------------------------


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


# -- the command ---------------------------------------------------------------------------------


def test_the_command_tells_in_swedish_and_by_its_exit_code(
    data: DataDir, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(data.root)]) == 0
    text = capsys.readouterr().out
    assert "HEL. Varje rad är oförändrad och på sin plats." in text
    assert "61 (nummer 1–61)" in text
    tamper(data, "UPDATE entry SET raw = x'00' WHERE id = 30")
    assert main([str(data.root)]) == 1
    assert f"SKADAD. 1 fel:\n  - {CHANGED}\n" in capsys.readouterr().out
    assert main([str(tmp_path / "nowhere")]) == 2
    assert "ingen datakatalog" in capsys.readouterr().err


def test_the_command_speaks_json(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(data.root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], answer["rows"], answer["seals"]) == (True, 61, 3)


def test_it_runs_without_tornvakt(data: DataDir) -> None:
    """The same program in a Python that cannot import the writer."""
    program = (
        "import sys; sys.modules['tornvakt'] = None\n"
        "from tornvakt_verify.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    run = subprocess.run([sys.executable, "-c", program, str(data.root)], capture_output=True)
    assert run.returncode == 0, run.stderr


@pytest.mark.slow
def test_a_large_inbox_is_read_in_pieces(tmp_path: Path) -> None:
    data = DataDir(tmp_path / "large")
    fill(data, 50_000)
    counts: list[int] = []
    report = verify(data.root, progress=counts.append)
    assert report.problems == []
    assert counts == [20_000, 40_000, 50_001]
    tamper(data, "UPDATE entry SET raw = x'00' WHERE id % 100 = 0", "DELETE FROM entry WHERE id=7")
    report = verify(data.root)
    assert len(report.problems) == 501
    assert report.problems[0] == "Rad 7 saknas: numren har en lucka."


class Circle:
    """A damaged tree: the search for higher numbers comes back with lower ones."""

    def execute(self, sql: str, arguments: tuple[int, ...] = ()) -> list[Any] | Any:
        row = (5, 0, 1, 1, b"", b"", b"", b"", b"", b"{}", bytes(32))
        if "typeof" in sql:
            return []
        return SimpleNamespace(fetchall=lambda: [row], fetchone=lambda: None)


def test_a_tree_that_leads_in_a_circle_comes_to_an_end() -> None:
    chain = Chain(watched=set(), known_last=9)
    chain.walk(cast(sqlite3.Connection, Circle()), lambda rows: None)
    assert chain.rows == 1
    assert chain.findings()[-1] == (
        "Rad 6 och alla efter den går inte att läsa: databasfilen är skadad "
        "(raderna står inte i nummerordning)."
    )
