"""Whether the database file this process has open is still the one under its name. SQLite only.

A file that is deleted or replaced lives on, nameless, for those who have it open: they go on
reading and writing, nothing fails, and all of it is lost when they end. So each process that keeps
the database open looks at the name now and then, and ends when it means another file: the parent
starts it again, and it finds what the others find.
"""

import logging
import os
import signal
from pathlib import Path

from django.conf import settings
from django.db import connection

log = logging.getLogger(__name__)


class DatabaseFile:
    """The file as it was when it was first seen. Costs one look in the directory to ask."""

    def __init__(self) -> None:
        self._path: Path | None = None
        if connection.vendor == "sqlite":
            self._path = Path(str(connection.settings_dict["NAME"]))
        self._identity = self._look()

    def is_another(self) -> bool:
        """Return whether the name means another file by now, or none."""
        identity = self._look()
        if self._identity is None:
            self._identity = identity  # there was none yet when we started
        return identity != self._identity

    def _look(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino


def leave() -> None:
    """End the web process in good order, so that the parent starts it afresh."""
    log.critical("databasfilen är borttagen eller utbytt, webben startar om")
    if settings.ENVIRONMENT.process == "web":  # never the process that runs the tests
        os.kill(os.getpid(), signal.SIGTERM)
