"""Putting a damaged inbox aside, untouched, so that reception can begin again.

A receiver refuses a damaged inbox: somebody must look at it. But alarms must not wait for that. The
damaged files are moved to a folder of their own, and the next inbox goes on with the number after
the highest one known, so that nothing downstream meets the same number twice.
"""

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import apsw

from tornvakt.base.inbox import lock, schema, seals, watermark
from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.base.inbox.refusals import InboxMissing


class Continues(NamedTuple):
    """What the next inbox goes on from."""

    last_id: int
    """The highest number the earlier inbox is known to have used."""
    folder: str
    """Where that one lies, below ``receiver/``."""


def continues(data: DataDir) -> Continues | None:
    """Return what a new inbox goes on from, or None for a first one."""
    with contextlib.suppress(FileNotFoundError):
        return Continues(**json.loads(_note(data).read_text()))
    return None


def forget(data: DataDir) -> None:
    """Take the note away once a new inbox stands on the disk."""
    _note(data).unlink(missing_ok=True)


def set_aside(data: DataDir, *, now: datetime) -> Path:
    """Move the inbox with its watermark and seals away and return the folder.

    ``now`` is an aware instant; it names the folder. Raises ``InboxBusy`` while a receiver runs and
    ``InboxMissing`` when there is nothing to move. Interrupted half-way it can be run again. Rows
    that the database had not yet taken in stay readable in the folder only.
    """
    held = lock.take(data.lock)
    try:
        files = [path for path in _files(data) if path.exists()]
        if not files:
            raise InboxMissing(f"Det finns ingen inkorg i {data.root} att lägga undan.")
        folder = data.receiver / f"undanlagd-{now.astimezone(UTC):%Y%m%dT%H%M%S}"
        before = continues(data)
        last_id = max(_highest(data), before.last_id if before else 0)
        _write(_note(data), json.dumps(Continues(last_id, folder.name)._asdict()))
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in files:
            path.rename(folder / path.name)
        fsync_directory(folder)
        fsync_directory(data.receiver)
        return folder
    finally:
        os.close(held)


def _files(data: DataDir) -> list[Path]:
    return [data.inbox, data.inbox_wal, data.inbox_index, data.checkpoint_log, data.watermark]


def _note(data: DataDir) -> Path:
    return data.receiver / "continues"


def _highest(data: DataDir) -> int:
    """Return the highest row number any witness tells of, however damaged the others are."""
    mark = watermark.read(data.watermark)
    numbers = [mark.id if mark else 0]
    if data.checkpoint_log.exists():
        log = seals.SealLog(data.checkpoint_log)
        numbers.append(log.last_id)
        log.close()
    with contextlib.suppress(apsw.Error):
        connection = schema.reading(data.inbox)
        try:
            numbers.append(int(connection.execute("SELECT max(id) FROM entry").get or 0))
        finally:
            connection.close()
    return max(numbers)


def _write(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    draft.rename(path)
    fsync_directory(path.parent)
