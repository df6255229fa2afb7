"""Taking a file in, and clearing away what was taken in for nothing."""

import logging
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


def store(
    data: bytes, *, name: str, by: audit.Actor | None, now: datetime, room: str = "LARM"
) -> StoredFile:
    """Keep a file that somebody sent in and return its row.

    Raises FileEmpty, FileTooLarge, FileKindUnknown, FileIsHeic, PictureBroken and
    PictureTooManyPixels, before anything is written. The content is on the disk before the row:
    a row never leads to nothing.
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
    digest = vault.put(DataDir(settings.DATA), data)
    with transaction.atomic():
        row = StoredFile.objects.create(
            digest=digest,
            name=sniffing.clean_name(name, media),
            media_type=media,
            size=len(data),
            stored_at=now,
            stored_by=by.pk if by is not None else None,
        )
        audit.wrote(
            "file.store",
            by=by,
            on=("file", str(row.pk)),
            room=room,
            at=now,
            params={"type": media, "size": len(data)},
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
