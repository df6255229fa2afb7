"""Link supervision: the timers of ``pure.supervision`` fed by the wire and told to the inbox.

Only changes are stored; a poll costs no row anywhere. When each path was last heard is kept
once a minute, for people who ask, and the failed paths are kept so that a restart neither
repeats a failure nor forgets the restore.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tornvakt.base.inbox.enrolment import LinkRow
from tornvakt.pure.supervision import (
    MAIN_PATH,
    SECOND_PATH,
    Change,
    LinkChange,
    MassLoss,
    Supervisor,
)
from tornvakt.surfaces.receiver.accounts import Accounts
from tornvakt.surfaces.receiver.options import Options

MASS_UPDATE_S = 10.0
SNAPSHOT_S = 60.0

Tell = Callable[..., object]


@dataclass(slots=True)
class Links:
    """Who has been heard, who is silent, and what is said of it.

    ``tell(name, account=…, …)`` writes a notice. Instants are monotonic seconds.
    """

    accounts: Accounts
    options: Options
    tell: Tell = lambda *_args, **_kwargs: None
    supervisor: Supervisor = field(default_factory=Supervisor)
    mass: MassLoss = field(default_factory=MassLoss)
    _held: list[tuple[float, LinkChange]] = field(default_factory=list)
    _failed_at: dict[tuple[str, str], float] = field(default_factory=dict)  # UTC seconds
    _mass_new: list[str] = field(default_factory=list)
    _mass_back: list[str] = field(default_factory=list)
    _mass_told_at: float = float("-inf")
    _mass_id: int = 0
    _last_tick: float = 0.0
    _snapshot_at: float = 0.0

    def open(self) -> None:
        """Take up what was known before a restart, with an interval of grace for everybody."""
        now = time.monotonic()
        self.configure()
        for row in self.accounts.links():
            if row.failed_at is not None:
                self.supervisor.mark_failed(row.account, row.path)
                self._failed_at[row.account, row.path] = row.failed_at
        self._last_tick = self._snapshot_at = now

    def configure(self) -> None:
        """Follow a changed enrolment."""
        now = time.monotonic()
        classes = self.accounts.classes()
        for account in set(self.supervisor.accounts()) - classes.keys():
            self.supervisor.forget(account)
        for account, name in classes.items():
            self.supervisor.configure(account, name, now)

    def heard(self, account: str, source: str, extended: tuple[bytes, ...]) -> None:
        """Restart the timer of the path a message came on."""
        change = self.supervisor.heard(account, self._path(account, source, extended), _now())
        if change is not None:
            self._restored(change)

    def tick(self) -> None:
        """Once a second: fail what is overdue, tell what is due to be told."""
        now = _now()
        if now - self._last_tick > self.options.stall_s:
            # We were stopped, or starved: the panels' silence may be our own deafness.
            self.supervisor.grant_grace(now)
        self._last_tick = now
        due = self.supervisor.due(now)
        for change in due:
            self._failed(change, now)
        self._release_held(now)
        self._tell_mass(now)
        if now - self._snapshot_at >= SNAPSHOT_S or any(c.change is Change.FAILED for c in due):
            self.snapshot(now)

    def snapshot(self, now: float) -> None:
        """Keep when each path was last heard."""
        self._snapshot_at = now
        offset = time.time() - now
        self.accounts.save_links(
            [
                LinkRow(account, path, last + offset, self._failed_at.get((account, path)))
                for (account, path), last in self.supervisor.last_heard().items()
            ]
        )

    @property
    def failed_count(self) -> int:
        """How many paths are down."""
        return len(self._failed_at)

    def _path(self, account: str, source: str, extended: tuple[bytes, ...]) -> str:
        """Name the path: the G field says it, else the address it was enrolled with."""
        for field_text in extended:
            if field_text[:1] == b"G":
                return SECOND_PATH if field_text[1:].lstrip(b"0") == b"2" else MAIN_PATH
        known = self.accounts.get(account)
        if known is not None and source in known.second_path_sources:
            return SECOND_PATH
        return MAIN_PATH

    def _failed(self, change: LinkChange, now: float) -> None:
        if change.change is Change.DARK:
            self.tell("link.dark", account=change.account)
            return
        self._failed_at[change.account, change.path] = time.time()
        was_open = self.mass.is_open
        if self.mass.failed(change.account, change.path, now, len(self.supervisor)):
            if not was_open:
                self._open_mass()
            self._mass_new.append(change.account)
            return
        self._held.append((now + self.options.failure_hold_s, change))

    def _open_mass(self) -> None:
        """Take the failures that have not been told yet into the group."""
        self._mass_id = int(time.time())
        for _, change in self._held:
            if (change.account, change.path) in self.mass.members:
                self._mass_new.append(change.account)
        self._held = [
            held for held in self._held if (held[1].account, held[1].path) not in self.mass.members
        ]

    def _release_held(self, now: float) -> None:
        # A failure is held back for a moment, so that the first of a thousand does not
        # stand alone on the desk before anyone can know that there are a thousand.
        while self._held and self._held[0][0] <= now:
            change = self._held.pop(0)[1]
            self.tell(
                "link.failed",
                account=change.account,
                link_path=change.path,
                interval_s=int(change.interval_s),
                silent_s=int(change.silent_s),
            )

    def _restored(self, change: LinkChange) -> None:
        where = (change.account, change.path)
        failed_at = self._failed_at.pop(where, None)
        if self.mass.restored(*where):
            self._mass_back.append(change.account)
        elif any((c.account, c.path) == where for _, c in self._held):
            self._held = [h for h in self._held if (h[1].account, h[1].path) != where]
        else:
            self.tell(
                "link.restored",
                account=change.account,
                link_path=change.path,
                failed_at=failed_at,
                silent_s=int(change.silent_s),
            )
        self.accounts.save_links([LinkRow(change.account, change.path, time.time(), None)])

    def _tell_mass(self, now: float) -> None:
        if not (self._mass_new or self._mass_back):
            return
        is_news = self._mass_told_at < now - MASS_UPDATE_S
        if not is_news and self.mass.is_open:
            return
        self._mass_told_at = now
        down = len(self.mass.members)
        if self._mass_new:
            self.tell("link.mass", group=self._mass_id, count=down, accounts=self._mass_new)
        if self._mass_back:
            self.tell(
                "link.mass_restored", group=self._mass_id, count=down, accounts=self._mass_back
            )
        self._mass_new, self._mass_back = [], []


def _now() -> float:
    return time.monotonic()
