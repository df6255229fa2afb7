"""What the seals, their log and the watermark add: rows cut off, put back or made anew."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.base.inbox.writing import signal, started
from tests.unit.verify.tampering import problems, rechain, tamper
from tornvakt.base.inbox import watermark
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify import verify


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
