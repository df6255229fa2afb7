"""Enrolment (inskrivning): which transmitters we know, their keys, and what we learnt of them.

A file of its own beside the inbox: the receiver needs it before it can answer a single frame, with
or without the database. The command line and the desk write it too; the receiver asks ``version``
every second or so. Rollback journal and ``synchronous=EXTRA``: few writes, several writers, and
nothing that needs a checkpoint.
"""

import dataclasses
import re
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import apsw

from tornvakt.base.inbox import enrolment_copy, keys
from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.pure.facts import Refusal

SUPERVISION = ("none", "SP1", "SP2", "SP3", "SP4", "SP5", "SP6", "DP1", "DP2", "DP3", "DP4")
"""Classes of EN 50136-1; their intervals stand in ``pure.supervision``."""
WINDOW = (40, 20)
"""Seconds an enciphered message's time may lie behind and ahead of our clock (DC-09)."""
KEY_LENGTHS = (16, 24, 32)

_ACCOUNT = re.compile(r"[0-9A-F]{3,16}")
_CREATE = """
CREATE TABLE IF NOT EXISTS transmitter (
    account TEXT PRIMARY KEY,
    sealed_key BLOB,
    supervision TEXT NOT NULL,
    behind_s INTEGER NOT NULL,
    ahead_s INTEGER NOT NULL,
    variant TEXT,
    note TEXT NOT NULL,
    second_sources TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS link (
    account TEXT NOT NULL,
    path TEXT NOT NULL,
    heard_at_s REAL NOT NULL,
    failed_at_s REAL,
    PRIMARY KEY (account, path)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL);
INSERT OR IGNORE INTO change VALUES (1, 0);
"""
_SELECT = (
    "SELECT account, sealed_key, supervision, behind_s, ahead_s, variant, note, second_sources"
)


class BadAccount(Refusal):
    """The account number is not 3 to 16 hexadecimal digits."""

    def __init__(self, account: str) -> None:
        super().__init__(
            f"Kontonumret ”{account}” duger inte: det ska vara 3–16 tecken, bara 0–9 och A–F."
        )


class BadKey(Refusal):
    """The key's length fits no AES."""

    def __init__(self, length: int) -> None:
        super().__init__(
            f"Nyckeln är {length} byte lång. Den ska vara 16, 24 eller 32 byte, "
            "det vill säga 32, 48 eller 64 hexadecimala tecken."
        )


class BadSupervision(Refusal):
    """No such supervision class."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Övervakningsklassen ”{name}” finns inte. Välj en av: {', '.join(SUPERVISION)}."
        )


class AccountExists(Refusal):
    """The account is enrolled already."""

    def __init__(self, account: str) -> None:
        super().__init__(f"Kontot {account} är redan inskrivet. Skriv över det med --replace.")


class UnknownAccount(Refusal):
    """No such account is enrolled."""

    def __init__(self, account: str) -> None:
        super().__init__(f"Kontot {account} är inte inskrivet.")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One transmitter (sändare): how it identifies itself and what is expected of it."""

    account: str
    key: bytes | None = None
    supervision: str = "none"
    window: tuple[int, int] = WINDOW
    """Seconds behind and ahead of our clock that its messages may be."""
    variant: str | None = None
    """The known deviation this panel was found to have; learnt, not set by hand."""
    note: str = ""
    second_sources: tuple[str, ...] = ()
    """Addresses its second path calls from, for panels that do not name the path themselves."""


class LinkRow(NamedTuple):
    """One path of one transmitter: when it was last heard and, if it is down, since when.

    Both are seconds since 1970 UTC. ``path`` is "1" (main) or "2" (second).
    """

    account: str
    path: str
    heard_at: float
    failed_at: float | None


class Enrolment:
    """The enrolment file. May be used from several threads and several processes."""

    def __init__(self, data: DataDir) -> None:
        """Open the file, or make it. Raises ``KeyDamaged``.

        A file that is lost or broken is made again from its copy; ``restored`` then says which.
        """
        data.create()
        self._path = data.enrolment
        self._copy = enrolment_copy.path_of(data.enrolment)
        self._master = keys.master_key(data)
        self._guard = threading.RLock()
        self.restored = ""
        is_new = not self._path.exists() or not self._path.stat().st_size
        try:
            self._connection = self._open()
        except (apsw.CorruptError, apsw.NotADBError):
            self._path.replace(self._path.with_name(f"enrolment.skadad-{time.time_ns()}"))
            self._connection = self._open()
            is_new, self.restored = True, "damaged"
        if is_new:
            self._restore()
            fsync_directory(data.receiver)
        self._identity = self._file()

    def is_replaced(self) -> bool:
        """Whether the file under our feet is no longer the one with its name: open it anew."""
        return self._file() != self._identity

    def _open(self) -> apsw.Connection:
        connection = apsw.Connection(str(self._path))
        connection.set_busy_timeout(5000)
        connection.execute("PRAGMA mmap_size=0")
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA synchronous=EXTRA")
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_CREATE)
            connection.execute("SELECT count(*), sum(length(note)) FROM transmitter").fetchall()
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    def _restore(self) -> None:
        """Fill a new file from the copy, if there is one."""
        try:
            rows = enrolment_copy.load(self._copy)
        except FileNotFoundError:
            return
        except ValueError:
            self.restored = "lost"
            return
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO transmitter VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows
            )
            self._mark_change()
        self.restored = self.restored or "missing"

    def _file(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    # -- what a person does ----------------------------------------------------------------

    def add(
        self,
        account: str,
        key: bytes | None = None,
        supervision: str = "none",
        window: tuple[int, int] = WINDOW,
        note: str = "",
        replace: bool = False,
    ) -> Enrolled:
        """Enrol one transmitter, durably, and return it as stored (account in upper case).

        Raises ``BadAccount``, ``BadKey``, ``BadSupervision`` and, unless ``replace``,
        ``AccountExists``. Replacing forgets the learnt variant: it may be another panel now.
        """
        entry = Enrolled(account, key, supervision, window, None, note)
        return self.add_many([entry], replace=replace)[0]

    def add_many(self, entries: Iterable[Enrolled], *, replace: bool = False) -> list[Enrolled]:
        """Enrol many in one transaction: all or none. Refusals as for ``add``."""
        checked = [_checked(entry) for entry in entries]
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        with self._transaction():
            for entry in checked:
                try:
                    self._connection.execute(
                        f"{verb} INTO transmitter VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._row(entry)
                    )
                except apsw.ConstraintError:
                    raise AccountExists(entry.account) from None
            self._mark_change()
        self._save_copy()
        return checked

    def remove(self, account: str) -> None:
        """Strike one transmitter out; raise ``UnknownAccount`` when it is not there."""
        account = account.upper()
        with self._transaction():
            self._connection.execute("DELETE FROM transmitter WHERE account = ?", (account,))
            if not self._connection.changes():
                raise UnknownAccount(account)
            self._connection.execute("DELETE FROM link WHERE account = ?", (account,))
            self._mark_change()
        self._save_copy()

    # -- questions -------------------------------------------------------------------------

    def get(self, account: str) -> Enrolled | None:
        """Return one transmitter or None."""
        with self._guard:
            row = self._connection.execute(
                f"{_SELECT} FROM transmitter WHERE account = ?", (account.upper(),)
            ).fetchone()
        return self._enrolled(row) if row else None

    def all(self) -> list[Enrolled]:
        """Return every transmitter, by account. Raises ``KeyDamaged`` for the wrong master key."""
        with self._guard:
            rows = self._connection.execute(
                f"{_SELECT} FROM transmitter ORDER BY account"
            ).fetchall()
        return [self._enrolled(row) for row in rows]

    def version(self) -> int:
        """Return a number that grows with each enrolment and removal, whoever made it."""
        with self._guard:
            return int(self._connection.execute("SELECT n FROM change").get)

    # -- what the receiver learns ----------------------------------------------------------

    def remember_variant(self, account: str, variant: str | None) -> None:
        """Keep the deviation a panel was found to have. Unknown accounts are passed over."""
        with self._transaction():
            self._connection.execute(
                "UPDATE transmitter SET variant = ? WHERE account = ?", (variant, account.upper())
            )

    def save_links(self, links: Iterable[LinkRow]) -> None:
        """Keep the state of these paths, in one transaction; unknown accounts are passed over."""
        with self._transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO link SELECT ?, ?, ?, ?"
                " WHERE EXISTS (SELECT 1 FROM transmitter WHERE account = ?)",
                ((*link, link.account) for link in links),
            )

    def links(self) -> list[LinkRow]:
        """Return what ``save_links`` kept, by account and path."""
        with self._guard:
            rows = self._connection.execute(
                "SELECT account, path, heard_at_s, failed_at_s FROM link ORDER BY account, path"
            ).fetchall()
        return [
            LinkRow(str(account), str(path), float(heard or 0), _seconds(failed))
            for account, path, heard, failed in rows
        ]

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    # -- inside ----------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guard:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def _save_copy(self) -> None:
        with self._guard:
            rows = self._connection.execute(f"{_SELECT} FROM transmitter").fetchall()
        enrolment_copy.save(self._copy, rows)

    def _mark_change(self) -> None:
        self._connection.execute("UPDATE change SET n = n + 1")

    def _row(self, entry: Enrolled) -> tuple[object, ...]:
        sealed = None
        if entry.key is not None:
            sealed = keys.seal(self._master, entry.key, purpose=_purpose(entry.account))
        behind, ahead = entry.window
        return (
            entry.account,
            sealed,
            entry.supervision,
            behind,
            ahead,
            entry.variant,
            entry.note,
            " ".join(entry.second_sources),
        )

    def _enrolled(self, row: tuple[object, ...]) -> Enrolled:
        account, sealed, supervision, behind, ahead, variant, note, second = row
        assert isinstance(account, str)
        key = None
        if isinstance(sealed, bytes):
            key = keys.unseal(self._master, sealed, purpose=_purpose(account))
        return Enrolled(
            account,
            key,
            str(supervision),
            (int(str(behind)), int(str(ahead))),
            None if variant is None else str(variant),
            str(note),
            tuple(str(second).split()),
        )


def _purpose(account: str) -> bytes:
    return b"enrolment/" + account.encode()


def _checked(entry: Enrolled) -> Enrolled:
    account = entry.account.strip().upper()
    if not _ACCOUNT.fullmatch(account):
        raise BadAccount(entry.account)
    if entry.key is not None and len(entry.key) not in KEY_LENGTHS:
        raise BadKey(len(entry.key))
    if entry.supervision not in SUPERVISION:
        raise BadSupervision(entry.supervision)
    return dataclasses.replace(entry, account=account)


def _seconds(value: object) -> float | None:
    return None if value is None else float(str(value))
