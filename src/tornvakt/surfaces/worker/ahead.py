"""Looking ahead: what known accounts say does not wait behind the junk of strangers.

When the forwarder is behind and strangers stand in its way, it reads on in the inbox and picks the
entries of accounts it knows, which are carried in at once. The cursor stays where it is; when it
comes to them they are found to be in the database already and are passed by. So every entry is
carried in once. The order of each account is kept by one rule: an account of which something was
left behind is not picked from again until the cursor has passed that. Nothing here is stored: after
a restart the looking begins anew at the cursor, and what was carried then is passed by as well.
"""

from collections.abc import Callable

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.reader import Reader

WINDOW = 2000
"""Entries looked at in one go: some tens of milliseconds."""
FARTHEST = 1_000_000
"""Entries beyond the cursor that are looked at: so many strangers' accounts may be remembered."""


class LookAhead:
    """Picks the entries that must not wait. ``is_known`` says whose they are."""

    def __init__(self, is_known: Callable[[Entry], bool]) -> None:
        self._is_known = is_known
        self._reached = 0
        self._left: set[str] = set()

    def restart(self) -> None:
        """Begin at the cursor again, after a failure or in another inbox."""
        self._reached = 0
        self._left.clear()

    def leave(self, account: str) -> None:
        """Leave what this account says to its turn, for order's sake."""
        self._left.add(account)

    def has_left(self, account: str) -> bool:
        """Return whether something of the account waits for its turn."""
        return account in self._left

    def pick(self, reader: Reader, cursor: int) -> list[Entry]:
        """Return the entries of the next window to carry in at once, in order."""
        if cursor >= self._reached:
            self._reached = cursor
            self._left.clear()
        if self._reached - cursor > FARTHEST:
            return []
        window = reader.after(self._reached, limit=WINDOW, kinds=(Kind.SIGNAL, Kind.NOTICE))
        picked = []
        for entry in window:
            if entry.account in self._left or not self._is_known(entry):
                self._left.add(entry.account)
            else:
                picked.append(entry)
        if window:
            self._reached = window[-1].id
        return picked
