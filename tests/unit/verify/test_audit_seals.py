"""What is done to the seals, the files and the locks of the audit log is named."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from tests.unit.verify.audited import (
    LAST,
    Log,
    cut_everywhere,
    forge,
    resign,
    write,
    write_unsealed,
)
from tornvakt_verify.audit import structure, verify
from tornvakt_verify.audit.__main__ import main
from tornvakt_verify.audit.sources import ENTRY
from tornvakt_verify.report import CannotVerify


def test_a_checkpoint_signed_by_another_key_is_named(made: Log, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_bytes(b"o" * 32)
    made.do("DELETE FROM audit_checkpoint WHERE size = 31")
    made.points.write_text("".join(made.points.read_text().splitlines(keepends=True)[:3]))
    resign(made, bytes(32), 31, other)
    assert made.problems() == [
        "Kontrollpunkten vid 31 poster i databasen är ändrad eller förfalskad.",
        "Kontrollpunkten vid 31 poster i audit/checkpoints.log är ändrad eller förfalskad.",
    ]


def test_checkpoints_that_are_all_taken_away_are_missed(made: Log) -> None:
    made.do("DELETE FROM audit_checkpoint")
    made.points.write_text(made.points.read_text().splitlines(keepends=True)[0])
    assert made.problems() == []  # two minutes may go by
    write(made.data, offset=9)
    made.export()
    made.do("DELETE FROM audit_checkpoint")
    made.points.write_text(made.points.read_text().splitlines(keepends=True)[0])
    assert made.problems() == [
        "Posterna med nummer 0–40 spänner över mer än tre minuter utan kontrollpunkt: "
        "kontrollpunkter är borttagna, eller nyckeln saknas."
    ]


def test_a_tampered_leaf_file_is_named_and_the_entry_not_blamed(made: Log) -> None:
    content = bytearray(made.leaves.read_bytes())
    content[40 * 14 + 20] ^= 1
    made.leaves.write_bytes(bytes(content))
    assert made.problems() == ["Kontrollsumman för nummer 14 i audit/leaves är ändrad."]


def test_a_tampered_leaf_in_the_database_is_named(made: Log) -> None:
    made.do("UPDATE audit_leaf SET hash = ? WHERE number = 14", values=(bytes(32),))
    assert made.problems() == ["Kontrollsumman för nummer 14 i databasen är ändrad."]


def test_a_tail_younger_than_the_last_checkpoint_cannot_be_cut_unseen(made: Log) -> None:
    write_unsealed(made, 7)
    report = made.verify()
    assert (report.problems, report.notes, report.sealed) == ([], [], LAST + 8)
    cut_everywhere(made, 34)
    assert made.problems() == [
        "Databasen är tillbakarullad till en äldre kopia. Posterna med nummer 34–37 saknas i "
        "slutet: audit/head 2026-11-22 21:03:20 UTC intygar 38 poster."
    ]
    # The last checkpoint is signed too, and is no head.
    cut_everywhere(made, 31)
    point = made.points.read_text().splitlines()[-1]
    made.head.write_text(f"head {made.points.read_text().split()[1]} {point}\n")
    assert made.problems() == ["Slutsigillet (audit/head) är ändrat eller förfalskat."]
    made.head.unlink()
    assert made.problems() == ["Slutsigillet (audit/head) är borta."]


def test_a_tail_rewritten_before_its_checkpoint_is_named(made: Log) -> None:
    write_unsealed(made, 7)
    forge(made, 35, in_file=True)
    (problem,) = made.problems()
    assert problem.startswith("Posterna med nummer 31–37 är omskrivna")
    assert problem.endswith("(audit/head).")


def test_what_is_not_sealed_yet_is_said(made: Log) -> None:
    write_unsealed(made, 2)
    before = made.head.read_bytes()
    write_unsealed(made, 3)
    made.head.write_bytes(before)
    report = made.verify()
    assert report.problems == []
    assert report.notes == [
        "De 3 sista posterna (nummer 33–35) är inte förseglade ännu: tills det är gjort kan den "
        "som äger databasen ändra dem utan att det syns."
    ]


FILES: dict[str, tuple[Callable[[Log], object], str]] = {
    "leaves gone": (lambda made: made.leaves.unlink(), "Bladfilen (audit/leaves) är borta."),
    "leaves cut": (
        lambda made: made.leaves.write_bytes(made.leaves.read_bytes()[: 40 * 15]),
        "audit/leaves är kapad: den slutar vid nummer 14 fast en kontrollpunkt visar att den "
        "haft 31 poster.",
    ),
    "points gone": (lambda made: made.points.unlink(), "audit/checkpoints.log är borta."),
    "a line gone": (
        lambda made: made.points.write_text(
            "".join(made.points.read_text().splitlines(keepends=True)[i] for i in (0, 1, 3))
        ),
        "Raden för kontrollpunkten vid 21 poster saknas i audit/checkpoints.log.",
    ),
    "a line spoilt": (
        lambda made: made.points.write_text(made.points.read_text().replace("\n21 ", "\n21  ")),
        "Rad 3 i audit/checkpoints.log är ändrad: den går inte att läsa.",
    ),
    "head gone": (lambda made: made.head.unlink(), "Slutsigillet (audit/head) är borta."),
    "head spoilt": (
        lambda made: made.head.write_text(made.head.read_text().replace("head ", "head  ")),
        "Slutsigillet (audit/head) är ändrat: det går inte att läsa.",
    ),
    "head of another log": (
        lambda made: made.head.write_text(
            f"head {UUID(int=5)} {made.head.read_text().split(maxsplit=2)[2]}"
        ),
        f"Slutsigillet (audit/head) hör till en annan logg: {UUID(int=5)}.",
    ),
    "another time": (
        lambda made: made.do("UPDATE audit_checkpoint SET at_us = at_us + 1 WHERE size = 21"),
        "Kontrollpunkten vid 21 poster i databasen är ändrad eller förfalskad.",
    ),
    "another log": (
        lambda made: made.points.write_text(made.points.read_text().replace("log ", "log 0", 1)),
        "Rad 1 i audit/checkpoints.log är ändrad: den säger inte vilken logg det är.",
    ),
    "set aside": (
        lambda made: (made.data.audit / "undanlagd-2026").mkdir(),
        "Äldre filer till loggen är undanlagda i audit/undanlagd-2026. Utred dem och flytta sedan "
        "katalogen härifrån.",
    ),
}


@pytest.mark.parametrize("what", FILES)
def test_what_is_done_to_the_files_is_named(made: Log, what: str) -> None:
    act, said = FILES[what]
    act(made)
    assert said in made.problems()


def test_an_entry_that_waits_is_no_fault_and_one_that_was_smuggled_in_is(made: Log) -> None:
    columns = ENTRY.replace("e.", "").replace("id,", "", 1)
    copied = f"SELECT 5000, {columns} FROM audit_entry WHERE id = {made.id_of(3)}"
    made.do(f"INSERT INTO audit_entry (id, {columns}) {copied}")
    assert made.problems() == ["Post 5000 har inget nummer och står inte på tur."]
    made.do("INSERT INTO audit_pending (entry_id, since_us) VALUES (5000, 1)")
    report = made.verify()
    assert (report.problems, report.waiting) == ([], 1)
    made.do("DELETE FROM audit_entry WHERE id = 5000")
    assert made.problems() == ["Post 5000 är borttagen innan den fick ett nummer."]


def test_a_lock_taken_off_is_named(made: Log) -> None:
    name = "audit_entry_no_change" if made.url else "audit_entry_no_update"
    off = f"ALTER TABLE audit_entry DISABLE TRIGGER {name}"
    if made.url:
        made.do(off)
    else:
        with closing(sqlite3.connect(made.data.main_db)) as file, file:
            file.execute(f"DROP TRIGGER {name}")
    (problem,) = made.problems()
    assert problem.startswith(f"Spärren {name} är borttagen")
    if made.url:
        made.do(off.replace("DISABLE", "ENABLE"))


@pytest.mark.django_db
def test_the_locks_are_those_of_the_migration() -> None:
    if connection.vendor == "postgresql":
        names = set(structure.POSTGRESQL_TRIGGERS)
        sql = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'audit%%' AND NOT tgisinternal"
    else:
        names = set(structure.SQLITE_TRIGGERS)
        sql = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%%'"
    with connection.cursor() as cursor:
        cursor.execute(sql.replace("%%", "%"))
        assert {name for (name,) in cursor.fetchall()} == names


def test_nothing_to_verify_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotVerify, match="finns inte"):
        verify(tmp_path)
    assert main([str(tmp_path)]) == 2


def test_a_database_that_is_gone_is_damage(made: Log) -> None:
    made.url = ""
    made.data.main_db.unlink(missing_ok=True)
    assert made.problems() == ["Databasen (main.db) är borta, fast loggens filer finns."]


def test_the_program_answers_by_exit_code(made: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORNVAKT_DATABASE_URL", made.url)
    assert main([str(made.data.root)]) == 0
    made.do(f"UPDATE audit_entry SET actor = 7 WHERE id = {made.id_of(14)}")
    assert main([str(made.data.root), "--json"]) == 1
