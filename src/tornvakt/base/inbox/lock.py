"""Only one process writes an inbox: it holds ``receiver/lock`` for as long as it lives."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

from tornvakt.base.inbox.refusals import InboxBusy

TRIES = 5
PAUSE_S = 0.1
"""A verifier may touch the lock for an instant to see whether a receiver runs."""


def take(path: Path) -> int:
    """Take the lock and return its descriptor; closing that gives it back, as does any death.

    Raises ``InboxBusy`` when another process keeps it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for attempt in range(TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if attempt < TRIES - 1:
                time.sleep(PAUSE_S)
    else:
        pid = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise InboxBusy(pid)
    with contextlib.suppress(OSError):  # a courtesy; a full disk must not keep us from starting
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
