"""Beginning a new log after a person's decision: a database put back on purpose, or a lost key.

Nothing is erased. The files that no longer agree are laid aside, an entry says that the log began
anew and with which key, and the sequencer fills new files from the database.
"""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from tornvakt.base.audit import numbering
from tornvakt.base.audit.sequencer import KEY, checkpoints_path, head_path, leaves_path
from tornvakt.base.inbox import keys
from tornvakt.base.inbox.paths import DataDir, fsync_directory
from tornvakt.pure.facts import Refusal


class NothingToSetAside(Refusal):
    """The log has not begun."""

    def __init__(self) -> None:
        super().__init__("Granskningsloggen har inte börjat: det finns ingenting att lägga undan.")


def set_aside(data: DataDir, *, now: datetime) -> Path:
    """Lay the log's files aside and begin a new log in the same database; return the folder.

    The key goes on when it is whole, otherwise a new one is made. Raises NothingToSetAside.
    """
    before = numbering.current()
    places = (leaves_path(data), checkpoints_path(data), head_path(data))
    files = [path for path in places if path.exists()]
    if before is None and not files:
        raise NothingToSetAside
    folder = data.audit / f"undanlagd-{now:%Y%m%d-%H%M%S}"
    folder.mkdir(mode=0o700)
    with transaction.atomic():
        numbering.begin(_public_key(data, folder), now=now, after=before)
        # In here: a database that cannot be written leaves the files where they are.
        for path in files:
            path.rename(folder / path.name)
    fsync_directory(data.audit)
    return folder


def _public_key(data: DataDir, folder: Path) -> bytes:
    path = data.keys / f"{KEY}.key"
    if path.exists() and path.stat().st_size != keys.KEY_BYTES:
        path.rename(folder / path.name)
    private = Ed25519PrivateKey.from_private_bytes(keys.named_key(data, KEY))
    return private.public_key().public_bytes_raw()
