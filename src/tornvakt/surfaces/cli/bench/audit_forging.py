"""Forging an audit log in every way the verifier promises to name, and asking it."""

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tornvakt.base.audit import head
from tornvakt.base.inbox.paths import DataDir

_ALL = (
    "at_us, kind, action, actor, roles, room, on_kind, on_id, purpose, result, count, params,"
    " request"
)


@dataclass(frozen=True, slots=True)
class Database:
    """Where the log's tables are: an SQLite file, or PostgreSQL by its address."""

    data: DataDir
    url: str

    def do(self, *statements: str) -> None:
        """Run SQL as somebody who owns the database and takes its locks off meanwhile."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as server:
                server.execute("SET session_replication_role = replica")
                for sql in statements:
                    server.execute(sql.encode())
            return
        with contextlib.closing(sqlite3.connect(self.data.main_db)) as file, file:
            locks = file.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in locks:
                file.execute(f"DROP TRIGGER {name}")
            for sql in statements:
                file.execute(sql)
            for _, sql in locks:
                file.execute(sql)

    def number(self, sql: str) -> int:
        """Return the one number a query gives."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as server:
                row = server.execute(sql.encode()).fetchone()
        else:
            with contextlib.closing(sqlite3.connect(self.data.main_db)) as file:
                row = file.execute(sql).fetchone()
        assert row is not None
        return int(row[0])

    def id_of(self, number: int) -> int:
        """Return the entry with this number."""
        return self.number(f"SELECT entry_id FROM audit_leaf WHERE number = {number}")


@dataclass(frozen=True, slots=True)
class Forgery:
    """One way to tamper: what it is called, how it is done, what must then be said."""

    name: str
    act: Callable[[Database, Path], list[str]]
    """Gets the database and a copy of the checkpoints kept elsewhere; returns the words to find."""
    needs_copy: bool = False


def _changed(there: Database, kept: Path) -> list[str]:
    number = there.number("SELECT max(number) / 2 FROM audit_leaf")
    entry = there.id_of(number)
    there.do(f"UPDATE audit_entry SET actor = 999 WHERE id = {entry}")
    return [f"Post {entry} (nummer {number}) är ändrad"]


def _removed(there: Database, kept: Path) -> list[str]:
    number = there.number("SELECT max(number) / 3 FROM audit_leaf")
    entry = there.id_of(number)
    there.do(
        f"DELETE FROM audit_leaf WHERE number = {number}",
        f"DELETE FROM audit_entry WHERE id = {entry}",
    )
    return [f"Post {entry} (nummer {number}) är borttagen"]


def _swapped(there: Database, kept: Path) -> list[str]:
    """Exchange everything but the ids of two entries."""
    number = there.number("SELECT max(number) / 4 FROM audit_leaf")
    one, other = there.id_of(number), there.id_of(number + 7)
    columns = _ALL.replace(" ", "").split(",")
    there.do(
        f"CREATE TABLE kept AS SELECT id, {_ALL} FROM audit_entry WHERE id IN ({one}, {other})",
        *[
            f"UPDATE audit_entry SET {column} = (SELECT {column} FROM kept WHERE id = {source})"
            f" WHERE id = {target}"
            for source, target in ((one, other), (other, one))
            for column in columns
        ],
        "DROP TABLE kept",
    )
    return [f"Post {one} (nummer {number}) och Post {other} (nummer {number + 7}) har bytt plats"]


def _truncated(there: Database, kept: Path) -> list[str]:
    size = there.number("SELECT max(number) + 1 FROM audit_leaf")
    first = size - 150
    there.do(
        f"DELETE FROM audit_entry WHERE id >= {there.id_of(first)}",
        f"DELETE FROM audit_leaf WHERE number >= {first}",
    )
    return ["Loggen är kapad", f"nummer {first}–{size - 1} saknas i slutet"]


def _put_back(there: Database, kept: Path) -> list[str]:
    """Make the database what it was two thousand entries ago; its files stay."""
    size = there.number("SELECT max(number) + 1 FROM audit_leaf")
    limit = there.number(f"SELECT max(size) FROM audit_checkpoint WHERE size < {size - 2000}")
    first = there.id_of(limit)
    there.do(
        f"DELETE FROM audit_checkpoint WHERE size > {limit}",
        f"DELETE FROM audit_entry WHERE id >= {first}",
        f"DELETE FROM audit_leaf WHERE number >= {limit}",
        f"SELECT setval('audit_entry_id_seq', {first - 1})"
        if there.url
        else f"UPDATE sqlite_sequence SET seq = {first - 1} WHERE name = 'audit_entry'",
    )
    return ["tillbakarullad till en äldre kopia", f"nummer {limit}–{size - 1} saknas i slutet"]


def _files_cut_too(there: Database, kept: Path) -> list[str]:
    """The same with the files too, but the head: nobody has the one of that length any more."""
    said = _put_back(there, kept)
    _cut_files(there)
    return said


def _all_put_back(there: Database, kept: Path) -> list[str]:
    """The head too, kept since then: only the copy of the checkpoints elsewhere knows better."""
    shutil.copyfile(there.data.audit / "checkpoints.log", kept)
    said = _put_back(there, kept)
    root, at_us = _cut_files(there)
    key = Ed25519PrivateKey.from_private_bytes((there.data.keys / "audit.key").read_bytes())
    size = there.number("SELECT max(number) + 1 FROM audit_leaf")
    path = there.data.audit / "head"
    log = UUID(path.read_text().split()[1])
    head.write(path, head.sign(key, log, size, root, at_us))
    return ["Loggen är tillbakarullad", said[1].replace(" i slutet", "")]


def _cut_files(there: Database) -> tuple[bytes, int]:
    """Cut the files to the database's length; return the root and time of the last checkpoint."""
    size = there.number("SELECT max(number) + 1 FROM audit_leaf")
    leaves, points = there.data.audit / "leaves", there.data.audit / "checkpoints.log"
    with leaves.open("r+b") as file:
        file.truncate(40 * size)
    lines = points.read_text().splitlines(keepends=True)
    left = [line for line in lines if _size(line) <= size]
    points.write_text("".join(left))
    _, root, at_us, _ = left[-1].split()
    return bytes.fromhex(root), int(at_us)


def _size(line: str) -> int:
    word = line.split(" ", 1)[0]
    return int(word) if word.isdigit() else 0


FORGERIES = (
    Forgery("ändrad", _changed),
    Forgery("borttagen", _removed),
    Forgery("omkastad", _swapped),
    Forgery("kapad", _truncated),
    Forgery("återställd databas", _put_back),
    Forgery("kapad, filerna med", _files_cut_too),
    Forgery("återställd maskin, mot kopia", _all_put_back, needs_copy=True),
)
