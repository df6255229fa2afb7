"""The audit log's verifier names what was done to it, on both databases, and changes nothing."""

from pathlib import Path

import pytest

from tests.unit.verify.audited import (
    LAST,
    Log,
    all_put_back,
    cut,
    forge,
    put_back,
    remake_head,
    resign,
)
from tornvakt_verify.audit.hashing import Tree, entry_hash
from tornvakt_verify.audit.sources import ENTRY


def test_a_whole_log_is_whole(made: Log) -> None:
    before = made.leaves.read_bytes(), made.points.read_bytes()
    report = made.verify(made.points)
    assert (report.problems, report.notes) == ([], [])
    assert (report.entries, report.checkpoints, report.waiting) == (LAST + 1, 3, 0)
    assert report.root == made.points.read_text().splitlines()[-1].split()[1]
    assert (made.leaves.read_bytes(), made.points.read_bytes()) == before


CHANGES = {
    "at_us": "at_us + 1",
    "kind": "'read'",
    "action": "'site.show'",
    "actor": "7",
    "roles": "'operator'",
    "room": "'BARN'",
    "on_kind": "'person'",
    "on_id": "'OBJ-a13'",
    "purpose": "'x'",
    "result": "'no'",
    "count": "1",
    "params": "'{\"n\":4}'",
    "request": "'r'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_named(made: Log, column: str) -> None:
    entry = made.id_of(14)
    made.do(f"UPDATE audit_entry SET {column} = {CHANGES[column]} WHERE id = {entry}")
    assert made.problems() == [f"Post {entry} (nummer 14) är ändrad."]


def test_two_changed_entries_are_both_named(made: Log) -> None:
    for number in (3, 29):
        made.do(f"UPDATE audit_entry SET actor = 7 WHERE id = {made.id_of(number)}")
    assert [text.split(")")[0] for text in made.problems()] == [
        f"Post {made.id_of(3)} (nummer 3",
        f"Post {made.id_of(29)} (nummer 29",
    ]


def test_a_changed_entry_with_a_changed_hash_is_named(made: Log) -> None:
    entry = forge(made, 14)
    assert made.problems() == [
        f"Post {entry} (nummer 14) är ändrad. Även dess kontrollsumma i databasen är utbytt."
    ]


def test_an_entry_changed_everywhere_is_found_by_the_next_checkpoint(made: Log) -> None:
    forge(made, 14, in_file=True)
    (problem,) = made.problems()
    assert problem.startswith("Posterna med nummer 11–20 är omskrivna")
    assert "databasen, audit/checkpoints.log" in problem


def test_a_removed_entry_is_named(made: Log) -> None:
    entry = made.id_of(14)
    made.do(f"DELETE FROM audit_entry WHERE id = {entry}")
    assert made.problems() == [f"Post {entry} (nummer 14) är borttagen."]


def test_an_entry_removed_with_its_number_is_named(made: Log) -> None:
    entry = made.id_of(14)
    made.do(
        f"DELETE FROM audit_leaf WHERE entry_id = {entry}",
        f"DELETE FROM audit_entry WHERE id = {entry}",
    )
    assert made.problems() == [
        f"Post {entry} (nummer 14) är borttagen: numret finns i audit/leaves men inte i databasen."
    ]


def test_the_numbers_closed_up_behind_a_removed_entry_hide_nothing(made: Log) -> None:
    entry = made.id_of(14)
    made.do(
        f"DELETE FROM audit_leaf WHERE entry_id = {entry}",
        f"DELETE FROM audit_entry WHERE id = {entry}",
        *[f"UPDATE audit_leaf SET number = {n - 1} WHERE number = {n}" for n in range(15, 31)],
    )
    problems = made.problems()
    assert any("nummer 14" in text for text in problems)
    assert any("saknas i slutet" in text for text in problems)


def test_swapped_entries_are_named(made: Log) -> None:
    one, other = made.id_of(5), made.id_of(25)
    columns = [column for column in CHANGES if column not in ("kind", "action")]
    rows = {
        entry: made.ask(f"SELECT {', '.join(columns)} FROM audit_entry WHERE id = {entry}")[0]
        for entry in (one, other)
    }
    for entry, row in ((one, rows[other]), (other, rows[one])):
        made.do(
            f"UPDATE audit_entry SET {', '.join(f'{column} = ?' for column in columns)}"
            f" WHERE id = {entry}",
            values=row,
        )
    assert made.problems() == [
        f"Post {one} (nummer 5) och Post {other} (nummer 25) har bytt plats."
    ]


def test_swapped_numbers_are_named(made: Log) -> None:
    made.do(
        "UPDATE audit_leaf SET number = -1 WHERE number = 5",
        "UPDATE audit_leaf SET number = 5 WHERE number = 25",
        "UPDATE audit_leaf SET number = 25 WHERE number = -1",
    )
    (problem,) = made.problems()
    assert "(nummer 5) och" in problem
    assert "(nummer 25) har bytt plats." in problem


def test_a_truncated_log_is_named(made: Log) -> None:
    cut(made, 26)
    assert made.problems() == [
        "Loggen är kapad. Posterna med nummer 26–30 saknas i slutet: kontrollpunkten "
        "2026-11-22 21:02:00 UTC intygar 31 poster, och databasen har delat ut deras nummer."
    ]


def test_a_database_put_back_is_named(made: Log) -> None:
    put_back(made, 21)
    assert made.problems() == [
        "Databasen är tillbakarullad till en äldre kopia. Posterna med nummer 21–30 saknas i "
        "slutet: kontrollpunkten 2026-11-22 21:02:00 UTC intygar 31 poster."
    ]


def test_a_machine_put_back_is_named_by_a_copy_kept_elsewhere(made: Log, tmp_path: Path) -> None:
    kept = all_put_back(made, tmp_path)
    assert made.problems() == []
    assert made.problems(kept) == [
        "Kontrollpunkten vid 31 poster finns i kopian men inte i audit/checkpoints.log.",
        f"Loggen är tillbakarullad: {kept} visar att den hade 31 poster 2026-11-22 21:02:00 UTC, "
        "nu har den 21. Posterna med nummer 21–30 saknas.",
    ]


def test_a_machine_put_back_and_used_again_is_named_too(made: Log, tmp_path: Path) -> None:
    kept = all_put_back(made, tmp_path)
    entries = [made.id_of(number) for number in range(10)]
    tree = Tree(set())
    for record in range(21):
        tree.add(made.leaves.read_bytes()[40 * record + 8 : 40 * record + 40])
    leaves = bytearray(made.leaves.read_bytes())
    columns = ENTRY.replace("e.", "").replace("id,", "", 1)
    for place, entry in enumerate(entries):
        new = 10_000 + place
        made.do(f"INSERT INTO audit_entry (id, {columns}) SELECT {new}, {columns} FROM audit_entry"
                f" WHERE id = {entry}")  # fmt: skip
        (row,) = made.ask(f"SELECT {ENTRY} FROM audit_entry e WHERE e.id = {new}")
        value = entry_hash(row)
        made.do(
            f"INSERT INTO audit_leaf (number, entry_id, hash) VALUES ({21 + place}, {new}, ?)",
            values=(value,),
        )
        leaves += new.to_bytes(8, "big") + value
        tree.add(value)
    made.leaves.write_bytes(bytes(leaves))
    resign(made, tree.root(), 31, made.data.keys / "audit.key")
    remake_head(made)
    assert made.problems() == []
    problems = made.problems(kept)
    assert any("nummer 21–30 är omskrivna, eller loggen tillbakarullad" in p for p in problems)
