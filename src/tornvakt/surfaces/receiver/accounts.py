"""The receiver's view of who is enrolled, kept fresh.

Enrolment is a small database that commands may change while the receiver runs. It is read
again when its version has moved, which the receiver asks once a second.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NamedTuple

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment, LinkRow
from tornvakt.base.inbox.paths import DataDir
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.reception import Known

log = logging.getLogger("tornvakt.receiver")

LEARN_EVERY_S = 60.0


class Read(NamedTuple):
    """One reading of the whole enrolment."""

    version: int
    enrolled: dict[str, Enrolled]


class Accounts:
    """Enrolled accounts by number, with their keys ready to use.

    ``read`` and everything that writes run in threads of their own, each with its own connection:
    a file that is slow, locked or gone must not be felt by the thread that answers panels.
    """

    def __init__(self, data: DataDir) -> None:
        self._data = data
        self._reading = Enrolment(data)
        self._writing = Enrolment(data)
        self._version: int | None = None
        self._known: dict[str, Known] = {}
        self._enrolled: dict[str, Enrolled] = {}
        self._learnt_at: dict[str, float] = {}
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="enrolment")
        self.restored = self._reading.restored

    def get(self, account: str) -> Known | None:
        """What we know of an account, or None."""
        return self._known.get(account)

    def classes(self) -> dict[str, str]:
        """Supervision class by account."""
        return {account: e.supervision for account, e in self._enrolled.items()}

    def read(self) -> Read | None:
        """Read the enrolment if it has changed. Raises apsw.Error, OSError and KeyDamaged."""
        if self._reading.is_replaced():
            self._reading.close()
            self._reading = Enrolment(self._data)
            self.restored = self._reading.restored or "replaced"
            self._version = None
        version = self._reading.version()
        if version == self._version:
            return None
        return Read(version, {e.account: e for e in self._reading.all()})

    def apply(self, read: Read) -> None:
        """Use what was read from now on. Called in the thread that answers panels."""
        for account in self._known.keys() - read.enrolled.keys():
            del self._known[account]
        for account, entry in read.enrolled.items():
            if self._enrolled.get(account) != entry:
                self._known[account] = _known(entry)
        self._enrolled, self._version = read.enrolled, read.version
        log.info("enrolment.read accounts=%d", len(read.enrolled))

    def learn_variant(self, account: str, variant: str) -> bool:
        """Remember how this panel takes its check sum. False: it changed its mind just now.

        Whoever sends first one variant and then the other must not buy a write for each.
        """
        now = time.monotonic()
        if now - self._learnt_at.get(account, -LEARN_EVERY_S) < LEARN_EVERY_S:
            return False
        self._learnt_at[account] = now
        self._known[account] = replace(self._known[account], variant=variant)
        self._write(lambda enrolment: enrolment.remember_variant(account, variant))
        return True

    def save_links(self, links: list[LinkRow]) -> None:
        """Keep when each path was last heard and whether it has failed."""
        self._write(lambda enrolment: enrolment.save_links(links))

    def links(self) -> list[LinkRow]:
        """What was kept by ``save_links`` before we were restarted."""
        return self._reading.links()

    def close(self) -> None:
        """Finish what is being written."""
        self._writer.shutdown(wait=True)

    def _write(self, action: Callable[[Enrolment], None]) -> None:
        def run() -> None:
            try:
                if self._writing.is_replaced():
                    self._writing.close()
                    self._writing = Enrolment(self._data)
                action(self._writing)
            except Exception:
                # The panel has its answer already; what is lost is a convenience.
                log.exception("enrolment.write_failed")

        self._writer.submit(run)


def _known(entry: Enrolled) -> Known:
    before, after = entry.window
    key = Key(entry.key) if entry.key is not None else None
    return Known(entry.account, key, before, after, entry.variant, entry.second_sources)
