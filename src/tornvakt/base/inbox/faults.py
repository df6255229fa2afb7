"""Which errors of the disk pass by themselves, and which end the process."""

import errno

import apsw


def is_for_now(error: BaseException) -> bool:
    """True for a full disk, or another program that holds the file: refuse, and try again later.

    Everything else (an I/O error, a failed flush, a damaged file) is fatal. A disk without room for
    SQLite's shared index shows as an I/O error of its own kind.
    """
    if isinstance(error, apsw.FullError | apsw.BusyError):
        return True
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_SHMSIZE
