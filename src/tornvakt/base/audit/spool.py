"""The spool (mellanlagret): looks into the alarm room that the database could not take just then.

One file each under ``audit/spool``, whole or not there. The worker carries them in: the entry and
the file's name in one transaction, then the file goes, then the name. A kill between any two of
those steps carries nothing twice.
"""

import contextlib
import json
import logging
import os
import secrets
from pathlib import Path

from django.db import transaction

from tornvakt.base.audit.models import Carried, Entry
from tornvakt.base.inbox.paths import DataDir, fsync_directory

log = logging.getLogger(__name__)

FIELDS = (
    "at_us", "kind", "action", "actor", "roles", "room", "on_kind", "on_id",
    "purpose", "result", "count", "params", "request",
)  # fmt: skip
AT_ONCE = 500


def folder(data: DataDir) -> Path:
    """Return where the spool lies."""
    return data.audit / "spool"


def put(data: DataDir, entry: Entry) -> None:
    """Keep an entry, durably. Never raises: in the alarm room safety does not wait for the log.

    Where not even a file can be written, the process log is told; that too is looked at.
    """
    place = folder(data)
    name = f"{entry.at_us}-{secrets.token_hex(8)}.json"
    body = json.dumps({field: getattr(entry, field) for field in FIELDS}).encode()
    draft = place / f".{name}"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, body)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.rename(place / name)
        fsync_directory(place)
    except OSError as error:
        log.critical(
            "audit.not_even_spooled action=%s actor=%s on=%s:%s error=%s",
            entry.action, entry.actor, entry.on_kind, entry.on_id, error,
        )  # fmt: skip
        with contextlib.suppress(OSError):
            draft.unlink()


def waiting(data: DataDir) -> list[Path]:
    """Return the files to be carried in, oldest first."""
    return sorted(folder(data).glob("[!.]*.json"))


def carry(data: DataDir) -> int:
    """Carry up to AT_ONCE spooled looks into the log, each once; return how many were new.

    A file that cannot be read is set aside under another name and said.
    """
    files = waiting(data)[:AT_ONCE]
    if not files:
        return 0
    entries = {file: entry for file in files if (entry := _load(file)) is not None}
    with transaction.atomic():
        there = set(
            Carried.objects.filter(name__in=[file.name for file in entries]).values_list(
                "name", flat=True
            )
        )
        new = {file: entry for file, entry in entries.items() if file.name not in there}
        Carried.objects.bulk_create(Carried(name=file.name) for file in new)
        Entry.objects.bulk_create(new.values())
    for file in entries:
        file.unlink(missing_ok=True)
    fsync_directory(folder(data))
    Carried.objects.filter(name__in=[file.name for file in entries]).delete()
    return len(new)


def _load(file: Path) -> Entry | None:
    try:
        body = json.loads(file.read_bytes())
        return Entry(**{field: body[field] for field in FIELDS})
    except (OSError, ValueError, KeyError, TypeError):
        log.error("audit.spool_unreadable file=%s", file.name)
        file.rename(file.with_suffix(".unreadable"))
        return None
