"""An audit log to verify, and what somebody with the machine in hand can do to it."""

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction
from pysqlite3 import dbapi2 as pysqlite3

from tornvakt.base.audit import head, log
from tornvakt.base.audit.checkpoints import sign
from tornvakt.base.audit.sequencer import Sequencer
from tornvakt.base.inbox.paths import DataDir
from tornvakt_verify.audit import Report, verify
from tornvakt_verify.audit.hashing import Tree, entry_hash
from tornvakt_verify.audit.sources import ENTRY

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


def cut(made: Log, size: int) -> None:
    gone = [made.id_of(number) for number in range(size, LAST + 1)]
    made.do(
        f"DELETE FROM audit_leaf WHERE number >= {size}",
        f"DELETE FROM audit_entry WHERE id IN ({', '.join(map(str, gone))})",
    )


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
