"""The audit log's verifier names what was done to it, on both databases, and changes nothing."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction
from pysqlite3 import dbapi2 as pysqlite3

from tornvakt.base.audit import head, log
from tornvakt.base.audit.checkpoints import sign
from tornvakt.base.audit.sequencer import Sequencer
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify.audit import Report, structure, verify
from tornvakt_verify.audit.__main__ import main
from tornvakt_verify.audit.hashing import Tree, entry_hash
from tornvakt_verify.audit.sources import ENTRY
from tornvakt_verify.report import CannotVerify

AT = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
ROUNDS, EACH = 3, 10
LAST = ROUNDS * EACH
"""Numbers 0 to 30: the entry that began the log, and thirty more; signed at 11, 21 and 31."""


class Log:
    """An audit log on the disk and in the database, and somebody who can write everything."""

    def __init__(self, data: DataDir) -> None:
        self.data = data
        self.url = ""
        if connection.vendor == "postgresql":
            of_run = os.environ["TORNVAKT_DATABASE_URL"]
            self.url = f"{of_run.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}"

    def export(self) -> None:
        """Put the test's SQLite database where an installation has it."""
        if self.url:
            return
        self.data.main_db.unlink(missing_ok=True)
        # By Django's library: another one in this process would drop its locks on the file.
        with (
            closing(pysqlite3.connect(connection.settings_dict["NAME"])) as source,
            closing(pysqlite3.connect(self.data.main_db)) as target,
        ):
            source.backup(target)

    def do(self, *statements: str, values: tuple[object, ...] = ()) -> None:
        """Run SQL as an owner of the database who takes the locks off first, and puts them back."""
        if self.url:
            with psycopg.connect(self.url) as server:
                server.execute("SET session_replication_role = replica")
                for sql in statements:
                    server.execute(sql.replace("?", "%s").encode(), values or None)
            return
        with closing(sqlite3.connect(self.data.main_db)) as file, file:
            triggers = file.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers:
                file.execute(f"DROP TRIGGER {name}")
            for sql in statements:
                file.execute(sql, values)
            for _, sql in triggers:
                file.execute(sql)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        if self.url:
            with psycopg.connect(self.url) as server:
                return server.execute(sql.encode()).fetchall()
        with closing(sqlite3.connect(self.data.main_db)) as file:
            return file.execute(sql).fetchall()

    def id_of(self, number: int) -> int:
        ((found,),) = self.ask(f"SELECT entry_id FROM audit_leaf WHERE number = {number}")
        assert isinstance(found, int)
        return found

    def verify(self, copy: Path | None = None) -> Report:
        return verify(self.data.root, url=self.url, copy=copy)

    def problems(self, copy: Path | None = None) -> list[str]:
        return self.verify(copy).problems

    @property
    def leaves(self) -> Path:
        return self.data.audit / "leaves"

    @property
    def head(self) -> Path:
        return self.data.audit / "head"

    @property
    def points(self) -> Path:
        return self.data.audit / "checkpoints.log"


def write(data: DataDir, rounds: int = 1, offset: int = 0) -> None:
    sequencer = Sequencer(data)
    for round_ in range(offset, offset + rounds):
        with transaction.atomic():
            for number in range(EACH):
                log.wrote(
                    "site.edit",
                    by=None,
                    on=("site", f"OBJ-å{round_}{number}"),
                    at=AT + timedelta(minutes=round_),
                    params={"n": number},
                )
        sequencer.step(now=AT)
        sequencer.seal(now=AT + timedelta(minutes=round_))
    sequencer.close()


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Log:
    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    data = DataDir(tmp_path / "data")
    data.create()
    write(data, ROUNDS)
    there = Log(data)
    there.export()
    return there


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


def forge(made: Log, number: int, *, in_file: bool = False) -> int:
    """Change an entry, and its hash to what the changed entry has."""
    entry = made.id_of(number)
    made.do(f"UPDATE audit_entry SET actor = 7 WHERE id = {entry}")
    (row,) = made.ask(f"SELECT {ENTRY} FROM audit_entry e WHERE e.id = {entry}")
    made.do(f"UPDATE audit_leaf SET hash = ? WHERE number = {number}", values=(entry_hash(row),))
    if in_file:
        content = bytearray(made.leaves.read_bytes())
        content[40 * number + 8 : 40 * number + 40] = entry_hash(row)
        made.leaves.write_bytes(bytes(content))
    return entry


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


def cut(made: Log, size: int) -> None:
    gone = [made.id_of(number) for number in range(size, LAST + 1)]
    made.do(
        f"DELETE FROM audit_leaf WHERE number >= {size}",
        f"DELETE FROM audit_entry WHERE id IN ({', '.join(map(str, gone))})",
    )


def test_a_truncated_log_is_named(made: Log) -> None:
    cut(made, 26)
    assert made.problems() == [
        "Loggen är kapad. Posterna med nummer 26–30 saknas i slutet: kontrollpunkten "
        "2026-11-22 21:02:00 UTC intygar 31 poster, och databasen har delat ut deras nummer."
    ]


def put_back(made: Log, size: int) -> None:
    """Make the database what it was: it has not given out the later ids yet."""
    first_gone = made.id_of(size)
    cut(made, size)
    made.do(
        f"DELETE FROM audit_checkpoint WHERE size > {size}",
        f"SELECT setval('audit_entry_id_seq', {first_gone - 1})"
        if made.url
        else f"UPDATE sqlite_sequence SET seq = {first_gone - 1} WHERE name = 'audit_entry'",
    )


def test_a_database_put_back_is_named(made: Log) -> None:
    put_back(made, 21)
    assert made.problems() == [
        "Databasen är tillbakarullad till en äldre kopia. Posterna med nummer 21–30 saknas i "
        "slutet: kontrollpunkten 2026-11-22 21:02:00 UTC intygar 31 poster."
    ]


def all_put_back(made: Log, tmp_path: Path) -> Path:
    """Put the whole machine back; return the copy of the checkpoints that is kept elsewhere."""
    kept = tmp_path / "kept.log"
    shutil.copy(made.points, kept)
    put_back(made, 21)
    made.leaves.write_bytes(made.leaves.read_bytes()[: 21 * 40])
    made.points.write_text("".join(made.points.read_text().splitlines(keepends=True)[:3]))
    remake_head(made)
    return kept


def remake_head(made: Log) -> None:
    """Sign the end as it is now: with the key, or kept from when the log was so long."""
    tree, leaves = Tree(set()), made.leaves.read_bytes()
    for start in range(0, len(leaves), 40):
        tree.add(leaves[start + 8 : start + 40])
    key = Ed25519PrivateKey.from_private_bytes((made.data.keys / "audit.key").read_bytes())
    log = UUID(made.points.read_text().split()[1])
    head.write(made.head, head.sign(key, log, tree.size, tree.root(), 1_795_384_058_000_000))


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


def resign(made: Log, root: bytes, size: int, key_file: Path) -> None:
    begun = UUID(made.points.read_text().split()[1])
    key = Ed25519PrivateKey.from_private_bytes(key_file.read_bytes())
    point = sign(key, begun, size, root, 1_795_384_058_000_000)
    made.do(
        "INSERT INTO audit_checkpoint (size, root, at_us, signature, peaks) VALUES (?, ?, ?, ?, ?)",
        values=(point.size, point.root, point.at_us, point.signature, b""),
    )
    with made.points.open("a") as file:
        file.write(f"{size} {root.hex()} {point.at_us} {point.signature.hex()}\n")


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


def write_unsealed(made: Log, many: int) -> None:
    """Add entries that have their numbers, and are marked, and no checkpoint over them yet."""
    sequencer = Sequencer(made.data)
    with transaction.atomic():
        for number in range(many):
            log.wrote("site.edit", by=None, on=("site", f"OBJ-s{number}"), at=AT)
    sequencer.step(now=AT)
    sequencer.mark(now=AT + timedelta(seconds=200))
    sequencer.close()
    made.export()


def cut_everywhere(made: Log, size: int) -> None:
    """Cut the tail off the database and the file of leaves, behind the last checkpoint."""
    first = made.id_of(size)
    made.do(
        f"DELETE FROM audit_leaf WHERE number >= {size}",
        f"DELETE FROM audit_entry WHERE id >= {first}",
        f"SELECT setval('audit_entry_id_seq', {first - 1})"
        if made.url
        else f"UPDATE sqlite_sequence SET seq = {first - 1} WHERE name = 'audit_entry'",
    )
    made.leaves.write_bytes(made.leaves.read_bytes()[: 40 * size])


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
