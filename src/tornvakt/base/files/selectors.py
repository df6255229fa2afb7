"""Getting a file's content. Whether the viewer may see it is for the caller's policy."""

import logging

from django.conf import settings

from tornvakt.base.files import vault
from tornvakt.base.files.models import StoredFile
from tornvakt.base.files.refusals import FileUnreadable
from tornvakt.base.inbox.paths import DataDir

log = logging.getLogger(__name__)


def open_stored(file: StoredFile) -> bytes:
    """Return the content, checked to the last bit. Raises FileUnreadable."""
    content = vault.get(DataDir(settings.DATA), file.digest)
    if content is None:
        log.error("file.unreadable file_id=%s", file.pk)
        raise FileUnreadable(file.pk)
    return content
