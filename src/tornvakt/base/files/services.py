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
class Content:
    """What lies on the disk and has no row yet. ``size`` in bytes."""

    digest: str
    media_type: str
    size: int


def store(
    data: bytes, *, name: str, by: audit.Actor | None, now: datetime, room: str = "LARM"
) -> StoredFile:
    """Keep a file that somebody sent in and return its row: `take_in` and `keep` in one.

    Raises what `take_in` raises.
    """
    return keep(take_in(data), name=name, by=by, now=now, room=room)


def take_in(data: bytes) -> Content:
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
    return Content(vault.put(DataDir(settings.DATA), data), media, len(data))


@transaction.atomic
def keep(
    content: Content, *, name: str, by: audit.Actor | None, now: datetime, room: str = "LARM"
) -> StoredFile:
    """Give a content its row, which comes last: a row never leads to nothing. ``now`` is UTC."""
    row = StoredFile.objects.create(
        digest=content.digest,
        name=sniffing.clean_name(name, content.media_type),
        media_type=content.media_type,
        size=content.size,
        stored_at=now,
        stored_by=by.pk if by is not None else None,
    )
    audit.wrote(
        "file.store",
        by=by,
        on=("file", str(row.pk)),
        room=room,
        at=now,
        params={"type": content.media_type, "size": content.size},
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
