"""Where things lie in a data directory.

The receiver's files stand alone under ``receiver/`` so that they can be moved to a disk of their
own, and so that nothing the database does can reach them.
"""

import os
from dataclasses import dataclass
from pathlib import Path


def fsync_directory(path: Path) -> None:
    """Make the names in a directory survive a power cut: a flushed file whose name is lost is lost.

    Raises OSError when the disk refuses; the caller must not go on as if the file existed.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class DataDir:
    """One installation's data directory. Holds paths only; ``create`` makes the folders."""

    root: Path

    @property
    def receiver(self) -> Path:
        """The receiver's own folder: inbox, enrolment, watermark, seals, status."""
        return self.root / "receiver"

    @property
    def keys(self) -> Path:
        """Keys, each a 0600 file; never in a database, backed up apart from the rest."""
        return self.root / "keys"

    @property
    def logs(self) -> Path:
        """Log files and the status files of the other processes."""
        return self.root / "logs"

    @property
    def files(self) -> Path:
        """Attachments, named by content hash."""
        return self.root / "files"

    @property
    def backup(self) -> Path:
        """Copies made by this installation itself."""
        return self.root / "backup"

    @property
    def audit(self) -> Path:
        """The audit log's checkpoints."""
        return self.root / "audit"

    @property
    def maps(self) -> Path:
        """Map layers and raster maps, public data all of it."""
        return self.root / "karta"

    @property
    def main_db(self) -> Path:
        """The main database when it is SQLite."""
        return self.root / "main.db"

    @property
    def inbox(self) -> Path:
        """The inbox itself."""
        return self.receiver / "inbox.db"

    @property
    def inbox_wal(self) -> Path:
        """The inbox's write-ahead log; newest rows live here only, so it is part of the inbox."""
        return self.receiver / "inbox.db-wal"

    @property
    def inbox_index(self) -> Path:
        """SQLite's index to the log, shared by everybody who has the inbox open."""
        return self.receiver / "inbox.db-shm"

    @property
    def enrolment(self) -> Path:
        """Known transmitters and their sealed keys."""
        return self.receiver / "enrolment.db"

    @property
    def watermark(self) -> Path:
        """Last acknowledged id and head hash, beside the inbox, so that a rollback shows."""
        return self.receiver / "watermark"

    @property
    def checkpoint_log(self) -> Path:
        """One line for each signed seal; meant to be copied off the machine."""
        return self.receiver / "checkpoints.log"

    @property
    def link_memory(self) -> Path:
        """The enciphered link tests accepted last, so that a restart does not forget them."""
        return self.receiver / "link-tests"

    @property
    def ballast(self) -> Path:
        """Space held in reserve, given up when the disk is full."""
        return self.receiver / "ballast"

    @property
    def lock(self) -> Path:
        """Held with flock by the one process that writes the inbox."""
        return self.receiver / "lock"

    @property
    def status(self) -> Path:
        """The receiver's sign of life, rewritten in place each second."""
        return self.receiver / "status"

    @property
    def carried(self) -> Path:
        """How far the worker has carried the inbox; stays when the worker or the web ends."""
        return self.logs / "carried"

    @property
    def emergency_notes(self) -> Path:
        """What was noted while the database was away, one signed line each."""
        return self.receiver / "nodlage-noteringar.jsonl"

    @property
    def emergency_ended(self) -> Path:
        """Shift tickets that hold no longer, though their time is not out."""
        return self.receiver / "nodlage-avslutade.jsonl"

    @property
    def emergency_places(self) -> Path:
        """Name, address and telephone of each account's place, sealed."""
        return self.root / "nodlage-platser.sealed"

    def create(self) -> None:
        """Make the folders, readable by the owner alone, and make their names durable."""
        made = []
        for folder in (
            self.root,
            self.receiver,
            self.keys,
            self.logs,
            self.files,
            self.backup,
            self.audit,
        ):
            if not folder.is_dir():
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                made.append(folder)
        for folder in made:
            fsync_directory(folder.parent)
