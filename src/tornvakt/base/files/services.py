"""Taking a file in."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from tornvakt.base.audit import log
from tornvakt.base.files import pictures, sniffing, vault
from tornvakt.base.files.models import StoredFile
from tornvakt.base.files.refusals import LARGEST, FileEmpty, FileTooLarge
from tornvakt.base.inbox.paths import DataDir


def store(
    data: bytes, *, name: str, by: log.Actor | None, now: datetime, room: str = "LARM"
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
        log.wrote(
            "file.store",
            by=by,
            on=("file", str(row.pk)),
            room=room,
            at=now,
            params={"type": media, "size": len(data)},
        )
    return row
