"""The sequencer (numreraren): numbers what waits, copies it beside the database, and signs it.

The database comes first and the files are filled from it, so that a kill between any two steps
costs nothing. The other way round never: files that know more than the database mean that the
database was put back from an older copy, and then nothing is numbered until a person has looked.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tornvakt.base.audit import checkpoints, numbering, spool
from tornvakt.base.audit import head as heads
from tornvakt.base.audit.leaf_file import LeafFile, Record
from tornvakt.base.audit.models import Checkpoint, Leaf
from tornvakt.base.audit.tree import Tree
from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instants import microseconds

log = logging.getLogger(__name__)

BATCH = 1_000
KEY = "audit"
"""``keys/audit.key`` signs the checkpoints."""


class LogWentBack(Refusal):
    """The database knows less than the files beside it, or something else."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Granskningsloggen numreras inte: {what}. Databasen kan vara återställd från en äldre "
            "kopia. Kör ./tornvakt audit verify. Är återställningen avsiktlig: kör "
            "./tornvakt audit set-aside."
        )


class NoAuditKey(Refusal):
    """The key that signs this log's checkpoints is missing or another one."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"Granskningsloggen får inga kontrollpunkter: nyckelfilen {path} saknas eller hör "
            "till en annan logg. Återställ den från säkerhetskopian av keys/. Är den förlorad: "
            "kör ./tornvakt audit set-aside."
        )


def leaves_path(data: DataDir) -> Path:
    """Return where the leaves lie."""
    return data.audit / "leaves"


def checkpoints_path(data: DataDir) -> Path:
    """Return where the checkpoints lie."""
    return data.audit / "checkpoints.log"


def head_path(data: DataDir) -> Path:
    """Return where the head lies."""
    return data.audit / "head"


class Sequencer:
    """One installation's sequencer. Use it in one thread; several processes may have one."""

    def __init__(self, data: DataDir) -> None:
        self._data = data
        self._leaves = LeafFile(leaves_path(data))
        self._file: checkpoints.CheckpointFile | None = None
        self._log: checkpoints.Log | None = None
        self._tree: Tree | None = None
        self._most = self._leaves.size
        """So long has the file of leaves been while we ran."""
        self._marked = 0
        """The size in the head we wrote last."""
        self._is_judged = False
        """Whether the head that we found has been compared with this log."""

    def step(self, *, now: datetime) -> int:
        """Carry in, number and copy what waits; return how many were numbered or copied.

        Raises LogWentBack, and whatever the database and the disk raise.
        """
        self._see_to_files()
        begun = self._begun()
        self._compare()
        self._judge_head()
        if begun is None:
            public = Ed25519PrivateKey.from_private_bytes(
                keys.named_key(self._data, KEY)
            ).public_key()
            numbering.begin(public.public_bytes_raw(), now=now)
        self._open_checkpoints()
        spool.carry(self._data)
        return numbering.number_waiting(BATCH) + self._copy()

    def mark(self, *, now: datetime) -> bool:
        """Sign how long the log is now, if that is not what the head says; True when it was done.

        Raises NoAuditKey, LogWentBack, and whatever the database and the disk raise.
        """
        path = head_path(self._data)
        if self._marked == self._leaves.size and path.exists():
            return False
        begun = self._begun()
        if begun is None:
            return False
        self._judge_head()
        grown = self._grown()
        is_gone = self._head(begun) is None
        if is_gone and self._file is not None and self._file.last_size:
            numbering.note_new_head(begun, now=now)
        key = self._key(begun)
        heads.write(path, heads.sign(key, begun.id, grown.size, grown.root(), microseconds(now)))
        self._marked = grown.size
        return True

    def seal(self, *, now: datetime) -> bool:
        """Sign the tree if it has grown, for ever; True when a checkpoint was made.

        Raises NoAuditKey, LogWentBack, and whatever the database and the disk raise.
        """
        while self._copy():
            pass
        begun = self._begun()
        if begun is None:
            return False
        self.mark(now=now)
        grown = self._grown()
        newest = Checkpoint.objects.order_by("-size").first()
        is_new = False
        if grown.size > (newest.size if newest else 0):
            key = self._key(begun)
            signed = checkpoints.sign(key, begun.id, grown.size, grown.root(), microseconds(now))
            is_new = numbering.keep(signed, grown.peaks)
        self._copy_checkpoints()
        return is_new

    def close(self) -> None:
        """Let go of the files."""
        self._leaves.close()
        if self._file is not None:
            self._file.close()

    # -- files and database ----------------------------------------------------------------

    def _see_to_files(self) -> None:
        """Fill a file anew that was taken away while we run; only our own process knows of it."""
        if not self._leaves.is_there():
            log.error("audit.leaves was gone; made again from the database")
            self._leaves.reopen()
            self._tree = None
        if self._file is not None and not self._file.is_there():
            log.error("audit.checkpoints was gone; made again from the database")
            self._file.close()
            self._file = None

    def _compare(self) -> None:
        """Refuse a database that is behind the file, or has another entry at the file's end.

        Behind what the file was, too: somebody may have cut both while we run.
        """
        size = self._leaves.size
        if numbering.size() < self._most:
            raise LogWentBack(f"filen audit/leaves har haft {self._most} poster, databasen färre")
        if last := self._leaves.last():
            leaf = Leaf.objects.filter(number=size - 1).first()
            if leaf is None or (leaf.entry_id, bytes(leaf.hash)) != last:
                raise LogWentBack(f"post nummer {size - 1} är inte den som filen audit/leaves har")

    def _judge_head(self) -> None:
        """Refuse a log that is shorter than the head says, or had other entries then.

        Before anything is numbered, or a log that was cut would grow past its head, and the next
        head would make it look whole. Once is enough: from then on the head is our own.
        """
        begun = self._begun()
        if self._is_judged or begun is None:
            return
        there = self._head(begun)
        if there is not None:
            if there.size > numbering.size():
                raise LogWentBack(f"audit/head intygar {there.size} poster, databasen har färre")
            while self._copy():
                pass
            self._grown()
        self._is_judged = True

    def _copy(self) -> int:
        """Add to the file what it lacks."""
        found = Leaf.objects.filter(number__gte=self._leaves.size).order_by("number")
        records = _records(found[:BATCH])
        if not records:
            return 0
        self._leaves.append(records)
        self._most = self._leaves.size
        if self._tree is not None:
            for record in records:
                self._tree.add(record.hash)
        return len(records)

    def _copy_checkpoints(self) -> None:
        file = self._open_checkpoints()
        if file is None:
            return
        last = file.last_size
        if last and not Checkpoint.objects.filter(size=last).exists():
            raise LogWentBack(f"kontrollpunkten vid {last} poster finns inte i databasen")
        lacking = Checkpoint.objects.filter(size__gt=last).order_by("size")
        file.append([_signed(row) for row in lacking])

    def _open_checkpoints(self) -> checkpoints.CheckpointFile | None:
        """Open the file, which names the log and its key before it has a checkpoint."""
        begun = self._begun()
        if self._file is None and begun is not None:
            self._file = checkpoints.CheckpointFile(checkpoints_path(self._data), begun)
        return self._file

    def _head(self, begun: checkpoints.Log) -> heads.Head | None:
        """Return this log's head; None for none, or for one of another log.

        Raises LogWentBack for one that its key has not signed: somebody wrote it who had cut the
        log to that length, and a new one over it would make it true.
        """
        there = heads.read(head_path(self._data))
        if there is None or there.log != begun.id:
            return None
        if not heads.is_signed(there, begun):
            raise LogWentBack("audit/head är inte undertecknat med loggens nyckel")
        return there

    # -- the tree --------------------------------------------------------------------------

    def _grown(self) -> Tree:
        """Return the tree of every leaf in the file."""
        if self._tree is None:
            self._tree = self._grow()
        return self._tree

    def _grow(self) -> Tree:
        """Begin at the newest checkpoint whose peaks make its root; otherwise at the first leaf."""
        begun = self._begun()
        there = self._head(begun) if begun is not None else None
        tree = Tree()
        newest = Checkpoint.objects.filter(size__lte=self._leaves.size).order_by("-size").first()
        if newest is not None:
            try:
                kept = Tree(newest.size, bytes(newest.peaks))
            except ValueError:
                kept = tree
            if kept.size and kept.root() == bytes(newest.root):
                tree = kept
        _must_agree(there, tree)
        while tree.size < self._leaves.size:
            found = Leaf.objects.filter(number__gte=tree.size, number__lt=self._leaves.size)
            records = _records(found.order_by("number")[: 10 * BATCH])
            if not records:
                raise LogWentBack(f"databasen saknar poster före nummer {self._leaves.size}")
            for record in records:
                tree.add(record.hash)
                _must_agree(there, tree)
        return tree

    # -- which log, which key --------------------------------------------------------------

    def _begun(self) -> checkpoints.Log | None:
        newest = numbering.current()
        if newest != self._log:
            self._log = newest
            # Another log: what we knew of the one before says nothing about it.
            self._most, self._marked, self._is_judged = self._leaves.size, 0, False
            if self._file is not None:
                self._file.close()
                self._file = None
        return self._log

    def _key(self, begun: checkpoints.Log) -> Ed25519PrivateKey:
        """Return the key that this log began with; never make another in its place."""
        path = self._data.keys / f"{KEY}.key"
        try:
            key = Ed25519PrivateKey.from_private_bytes(path.read_bytes())
        except (OSError, ValueError):
            raise NoAuditKey(path) from None
        if key.public_key().public_bytes_raw() != begun.key:
            raise NoAuditKey(path)
        return key


def _must_agree(there: heads.Head | None, tree: Tree) -> None:
    if there is not None and tree.size == there.size and tree.root() != there.root:
        raise LogWentBack(f"de {tree.size} första posterna är inte de som audit/head intygar")


def _records(leaves: Iterable[Leaf]) -> list[Record]:
    return [Record(leaf.entry_id, bytes(leaf.hash)) for leaf in leaves]


def _signed(row: Checkpoint) -> checkpoints.Signed:
    return checkpoints.Signed(row.size, bytes(row.root), row.at_us, bytes(row.signature))
