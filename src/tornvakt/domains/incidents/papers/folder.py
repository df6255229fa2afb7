"""The folder the papers are put in, for the hour when no screen can be trusted.

``laget.pdf`` and ``reservparm.pdf`` are always the newest, put in place by one rename: whoever
opens one gets a whole paper. Those of the last 24 hours lie beside them, with their time in the
name, and are then forgotten. The files hold telephone numbers: 0600, in a folder of 0700.
"""

import contextlib
import errno
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext as _

from tornvakt.base.inbox.paths import fsync_directory
from tornvakt.base.ui.formats import STOCKHOLM
from tornvakt.pure.facts import Refusal

LIVE = "laget"
PACK = "reservparm"
KEPT_FOR = timedelta(hours=24)
LATE_TIMES = 3
"""A paper older than so many of its intervals is said to be old."""


class PaperFolderFailed(Refusal):
    """The folder cannot be written in; ``why`` says it in Swedish and in English."""

    def __init__(self, error: OSError) -> None:
        self.why = _WHY.get(error.errno or 0, (error.strerror or "okänt fel", "unknown fault"))
        super().__init__(_("The folder for papers cannot be written in: %(why)s.") % {
            "why": self.why[0]
        })  # fmt: skip


_WHY = {
    errno.ENOSPC: ("disken är full", "the disk is full"),
    errno.EDQUOT: ("utrymmet är slut", "the quota is used up"),
    errno.EROFS: ("disken är skrivskyddad", "the disk is read-only"),
    errno.EACCES: ("åtkomst nekas", "access is denied"),
    errno.EPERM: ("åtkomst nekas", "access is denied"),
    errno.ENOENT: ("mappen är borta", "the folder is gone"),
    errno.ENOTDIR: ("mappen är ingen mapp", "the folder is no folder"),
    errno.EIO: ("disken svarar inte", "the disk does not answer"),
    errno.ESTALE: ("nätverksmappen är borta", "the network folder is gone"),
}


def put(folder: Path, name: str, content: bytes, *, now: datetime) -> Path:
    """Put a paper in place as the newest of its name, and keep it by its time; return its path.

    Forgets what is older than 24 hours. Raises PaperFolderFailed.
    """
    newest = folder / f"{name}.pdf"
    local = now.astimezone(STOCKHOLM)
    dated = folder / f"{name}-{local:%Y-%m-%d-%H%M%z}.pdf"
    made = folder / f".{name}.new"
    try:
        _make(folder)
        write(made, content)
        # A second name for the same paper: it costs nothing, and stays when the newest is replaced.
        with contextlib.suppress(FileNotFoundError):
            dated.unlink()
        _name(made, dated, content)
        made.replace(newest)
        fsync_directory(folder)
        forget_old(folder, now=now)
    except OSError as error:
        with contextlib.suppress(OSError):
            made.unlink(missing_ok=True)
        raise PaperFolderFailed(error) from error
    return newest


def forget_old(folder: Path, *, now: datetime) -> int:
    """Remove the papers of more than 24 hours ago but the newest of each; return how many."""
    removed = 0
    before = (now - KEPT_FOR).timestamp()
    for paper in [*folder.glob(f"{LIVE}-*.pdf"), *folder.glob(f"{PACK}*-*.pdf")]:
        if paper.stat().st_mtime < before:
            paper.unlink(missing_ok=True)
            removed += 1
    return removed


def part_name(part: int) -> str:
    """Return the name of a part of the reserve pack: ``reservparm``, ``reservparm_2`` …"""
    return PACK if part == 1 else f"{PACK}_{part}"


def forget_parts(folder: Path, after: int) -> None:
    """Remove the newest of parts that the pack no longer has."""
    part = after + 1
    while (paper := folder / f"{part_name(part)}.pdf").exists():
        paper.unlink(missing_ok=True)
        part += 1


def newest_at(folder: Path, name: str = LIVE) -> datetime | None:
    """Return when the newest paper of a name was printed; None when there is none to see."""
    try:
        return datetime.fromtimestamp((folder / f"{name}.pdf").stat().st_mtime, UTC)
    except OSError:
        return None


def is_late(at: datetime | None, *, minutes: int, since: datetime, now: datetime) -> bool:
    """Whether the live state is older than three of its intervals; ``since``: of our own start.

    Never when it is switched off (0 minutes).
    """
    limit = timedelta(minutes=LATE_TIMES * minutes)
    return minutes > 0 and now - max(at or since, since) > limit


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def write(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, and make it durable. Raises OSError."""
    path.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _name(made: Path, dated: Path, content: bytes) -> None:
    """Give the paper its second name; where the disk knows no such thing (SMB) as a copy."""
    try:
        dated.hardlink_to(made)
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.EACCES):
            raise
        write(dated, content)
