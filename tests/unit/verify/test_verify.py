"""The verifier names what was done to an inbox, row by row, and changes nothing itself."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.unit.verify.tampering import problems, tamper
from tornvakt.base.inbox import watermark
from tornvakt.base.inbox.filling import fill
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify import CannotVerify, verify
from tornvakt_verify.__main__ import main
from tornvakt_verify.chain import Chain

ROWS = 60


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


def test_a_missing_inbox_is_damage_when_there_was_one(data: DataDir) -> None:
    data.inbox.unlink()
    assert problems(data) == ["Inkorgen (receiver/inbox.db) är borta."]


def test_without_an_inbox_there_is_nothing_to_verify(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="ingen datakatalog"):
        verify(tmp_path)
    (tmp_path / "receiver").mkdir()
    with pytest.raises(CannotVerify, match="ingen inkorg"):
        verify(tmp_path)


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
