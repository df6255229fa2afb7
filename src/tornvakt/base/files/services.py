"""Taking a file in, and clearing away what was taken in for nothing."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction

from tornvakt.base.audit import log as audit
from tornvakt.base.files import pictures, sniffing, vault
from tornvakt.base.files.models import StoredFile
from tornvakt.base.files.refusals import LARGEST, FileEmpty, FileTooLarge
from tornvakt.base.inbox.paths import DataDir

log = logging.getLogger(__name__)

UNCLAIMED = timedelta(days=1)
"""A content without a row for so long has lost its transaction."""
KEPT_ASIDE = timedelta(days=30)
"""So long can a database from a backup, which does not know the newest files, be put right."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A content that lies on the disk and has no row yet."""

    digest: str
    media_type: str
    size: int


def store(
    data: bytes, *, name: str, by: audit.Actor | None, now: datetime, room: str = "LARM"
) -> StoredFile:
    """Keep a file that somebody sent in and return its row: `prepare` and `keep` in one.

    Raises what `prepare` raises.
    """
    return keep(prepare(data), name=name, by=by, now=now, room=room)


def prepare(data: bytes) -> Prepared:
    """Judge a content, draw a picture anew, and put it on the disk. Not in a transaction.

    A large picture takes seconds, and on SQLite nobody else can write while a transaction is open.
    Raises FileEmpty, FileTooLarge, FileKindUnknown, FileIsHeic, PictureBroken, PicturesWaiting and
    PictureTooManyPixels, before anything is written.
    """
    if not data:
        raise FileEmpty
    if len(data) > LARGEST:
        raise FileTooLarge(len(data))
    media = sniffing.media_type(data)
    if media in sniffing.PICTURES:
        data, media = pictures.redrawn(data)
        if len(data) > LARGEST:
            raise FileTooLarge(len(data))
    return Prepared(vault.put(DataDir(settings.DATA), data), media, len(data))


@transaction.atomic
def keep(
    prepared: Prepared, *, name: str, by: audit.Actor | None, now: datetime, room: str = "LARM"
) -> StoredFile:
    """Give a prepared content its row. The content came first: a row never leads to nothing."""
    row = StoredFile.objects.create(
        digest=prepared.digest,
        name=sniffing.clean_name(name, prepared.media_type),
        media_type=prepared.media_type,
        size=prepared.size,
        stored_at=now,
        stored_by=by.pk if by is not None else None,
    )
    audit.wrote(
        "file.store",
        by=by,
        on=("file", str(row.pk)),
        room=room,
        at=now,
        params={"type": prepared.media_type, "size": prepared.size},
    )
    return row


def forget_unclaimed(*, now: datetime) -> tuple[int, int]:
    """Lay contents aside that no row leads to, and remove what was laid aside a month ago.

    Returns how many of each. For the jobs: the content is written before its row, so that a row
    never leads to nothing, and a transaction that fails leaves one behind.
    """
    data = DataDir(settings.DATA)
    aside = 0
    since = now - UNCLAIMED
    old = (path for path in vault.contents(data) if path.stat().st_mtime < since.timestamp())
    while batch := {path.name: path for path in islice(old, 500)}:
        known = set(StoredFile.objects.filter(digest__in=batch).values_list("digest", flat=True))
        for name in sorted(batch.keys() - known):
            aside += vault.lay_aside(batch[name], untouched_since=since)
    gone = 0
    for path in vault.left_behind(data, before=now - KEPT_ASIDE):
        path.unlink(missing_ok=True)
        gone += 1
    if aside or gone:
        log.info("files.unclaimed aside=%d removed=%d", aside, gone)
    return aside, gone
