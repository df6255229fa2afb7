"""The receiver's view of who is enrolled, kept fresh.

Enrolment is a small database that commands may change while the receiver runs. It is read
again when its version has moved, which the receiver asks once a second.
"""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import ParamSpec

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment, LinkRow
from tornvakt.pure.protocols.dc09.content import Key
from tornvakt.pure.reception import Known

P = ParamSpec("P")

log = logging.getLogger("tornvakt.receiver")


class Accounts:
    """Enrolled accounts by number, with their keys ready to use."""

    def __init__(self, enrolment: Enrolment) -> None:
        self._enrolment = enrolment
        self._version: object = None
        self._known: dict[str, Known] = {}
        self._enrolled: dict[str, Enrolled] = {}
        # Writing waits for the disk, and perhaps for a command that holds the file: never in
        # the thread that answers panels.
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="enrolment")

    def get(self, account: str) -> Known | None:
        """What we know of an account, or None."""
        return self._known.get(account)

    def classes(self) -> dict[str, str]:
        """Supervision class by account."""
        return {account: e.supervision for account, e in self._enrolled.items()}

    def refresh(self) -> bool:
        """Read the enrolment again if it has changed. True if it had."""
        version = self._enrolment.version()
        if version == self._version:
            return False
        enrolled = {e.account: e for e in self._enrolment.all()}
        for account in self._known.keys() - enrolled.keys():
            del self._known[account]
        for account, entry in enrolled.items():
            if self._enrolled.get(account) != entry:
                self._known[account] = _known(entry)
        self._enrolled = enrolled
        self._version = version
        log.info("enrolment.read accounts=%d", len(enrolled))
        return True

    def learn_variant(self, account: str, variant: str) -> None:
        """Remember how this panel takes its check sum."""
        self._known[account] = replace(self._known[account], variant=variant)
        self._write(self._enrolment.remember_variant, account, variant)

    def save_links(self, links: list[LinkRow]) -> None:
        """Keep when each path was last heard and whether it has failed."""
        self._write(self._enrolment.save_links, links)

    def links(self) -> list[LinkRow]:
        """What was kept by ``save_links`` before we were restarted."""
        return self._enrolment.links()

    def close(self) -> None:
        """Finish what is being written."""
        self._writer.shutdown(wait=True)

    def _write(self, action: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        def run() -> None:
            try:
                action(*args, **kwargs)
            except Exception:
                # The panel has its answer already; what is lost is a convenience.
                log.exception("enrolment.write_failed")

        self._writer.submit(run)


def _known(entry: Enrolled) -> Known:
    before, after = entry.window
    key = Key(entry.key) if entry.key is not None else None
    return Known(entry.account, key, before, after, entry.variant, entry.second_sources)
