"""Which accounts the receiver knows, for telling a stranger from a panel without a place."""

import logging

import apsw

from tornvakt.base.inbox.enrolment import Enrolment
from tornvakt.base.inbox.keys import KeyDamaged
from tornvakt.base.inbox.paths import DataDir

log = logging.getLogger(__name__)


REMEMBERED = 100_000
"""So many accounts are remembered: strangers may call themselves anything."""


class KnownAccounts:
    """Answers from the enrolment, remembered until the enrolment changes."""

    def __init__(self, data: DataDir) -> None:
        self._data = data
        self._enrolment: Enrolment | None = None
        self._version = -1
        self._known: dict[str, bool] = {}

    def is_enrolled(self, account: str) -> bool:
        """Return whether the account is enrolled.

        When that cannot be read the account counts as known: its alarm then keeps the priority
        its own code has.
        """
        try:
            return self._ask(account)
        except KeyDamaged:
            return True
        except (apsw.Error, OSError) as error:
            log.warning("known.unreadable error=%s", type(error).__name__)
            self.close()
            return True

    def close(self) -> None:
        """Let go of the file."""
        if self._enrolment is not None:
            self._enrolment.close()
            self._enrolment = None

    def _ask(self, account: str) -> bool:
        if self._enrolment is None:
            self._enrolment = Enrolment(self._data)
        version = self._enrolment.version()
        if version != self._version or len(self._known) >= REMEMBERED:
            self._known.clear()
            self._version = version
        if account not in self._known:
            self._known[account] = self._enrolment.get(account) is not None
        return self._known[account]
