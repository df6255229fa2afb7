"""When a silent transmitter is overdue, and when many silences are one event.

Every message restarts the timer of the path it came on (DC-09 link supervision). A path that
has been silent for the time of its class has failed: said once, and once more when it is heard
again. All instants here are seconds of a monotonic clock that the caller passes in, so that a
jump of the wall clock can neither fail a path nor save one.

Class times are the longest time until the receiver knows that a path is down, after
EN 50136-1 (categories SP1-SP6 and DP1-DP4). We have them second hand: they are marked [M] in
our notes and stand here as defaults, not as a claim of conformity.
"""

import heapq
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

SECOND_PATH = "2"
MAIN_PATH = "1"


@dataclass(frozen=True, slots=True)
class SupervisionClass:
    """Seconds of silence a class allows; None where the class has no such path."""

    name: str
    main: int | None
    second_while_main_up: int | None = None
    second_while_main_down: int | None = None


_MIN, _HOUR, _DAY = 60, 3_600, 86_400

CLASSES: dict[str, SupervisionClass] = {
    c.name: c
    for c in (
        SupervisionClass("none", None),
        SupervisionClass("SP1", 32 * _DAY),
        SupervisionClass("SP2", 25 * _HOUR),
        SupervisionClass("SP3", 30 * _MIN),
        SupervisionClass("SP4", 3 * _MIN),
        SupervisionClass("SP5", 90),
        SupervisionClass("SP6", 20),
        SupervisionClass("DP1", 25 * _HOUR, 50 * _HOUR, 25 * _HOUR),
        SupervisionClass("DP2", 30 * _MIN, 25 * _HOUR, 30 * _MIN),
        SupervisionClass("DP3", 3 * _MIN, 25 * _HOUR, 3 * _MIN),
        SupervisionClass("DP4", 90, 5 * _HOUR, 90),
    )
}


class Change(StrEnum):
    """What can happen to a path."""

    FAILED = "failed"
    RESTORED = "restored"
    DARK = "dark"  # every path of the account is down


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One change of one path. ``silent_s`` is how long it had been silent."""

    change: Change
    account: str
    path: str
    interval_s: float
    silent_s: float


@dataclass(slots=True, eq=False)
class _Path:
    account: str
    name: str
    interval: float
    last: float  # when heard, or when the timer was (re)started
    due: float = 0.0  # the deadline that stands in the heap; an entry with another is stale
    failed: bool = False


@dataclass(slots=True)
class _Account:
    kind: SupervisionClass
    main: _Path
    second: _Path | None = None


@dataclass(slots=True)
class Supervisor:
    """The timers of every supervised account.

    Hearing a panel costs two attribute writes: the heap is only put right when the
    deadline it holds comes due. 10,000 accounts polling twice a minute is therefore no load.
    """

    _accounts: dict[str, _Account] = field(default_factory=dict)
    _heap: list[tuple[float, int, _Path]] = field(default_factory=list)
    _order: int = 0

    def __len__(self) -> int:
        return len(self._accounts)

    def configure(self, account: str, class_name: str, now: float) -> None:
        """Supervise an account by a class from now on; an unchanged class keeps its timers.

        Raises KeyError for a class that does not exist.
        """
        kind = CLASSES[class_name]
        known = self._accounts.get(account)
        if known is not None and known.kind is kind:
            return
        self.forget(account)
        if kind.main is None:
            return
        entry = _Account(kind, self._start(account, MAIN_PATH, kind.main, now))
        if kind.second_while_main_up is not None:
            entry.second = self._start(account, SECOND_PATH, kind.second_while_main_up, now)
        self._accounts[account] = entry

    def forget(self, account: str) -> None:
        """Stop supervising an account."""
        known = self._accounts.pop(account, None)
        for path in _paths(known):
            path.due = -1.0

    def accounts(self) -> Iterable[str]:
        """Every supervised account."""
        return self._accounts.keys()

    def heard(self, account: str, path_name: str, now: float) -> LinkChange | None:
        """Restart a timer. Returns the restore if the path had failed."""
        entry = self._accounts.get(account)
        if entry is None:
            return None
        path = entry.main
        if path_name == SECOND_PATH and entry.second is not None:
            path = entry.second
        if not path.failed:
            path.last = now
            return None
        return self._restore(entry, path, now)

    def due(self, now: float) -> list[LinkChange]:
        """Fail every path that has been silent too long. Each is told once."""
        changes: list[LinkChange] = []
        heap = self._heap
        while heap and heap[0][0] <= now:
            entry_due, _, path = heapq.heappop(heap)
            if path.failed or entry_due != path.due:
                continue
            deadline = path.last + path.interval
            if deadline > now:
                self._push(path, deadline)
                continue
            path.failed = True
            changes.append(_change(Change.FAILED, path, now))
            changes.extend(self._after_failure(path, now))
        return changes

    def grant_grace(self, now: float) -> None:
        """Give every path a whole interval from now.

        After our own start, or after we were stopped for a while: the panels may have
        called while nobody answered, and silence then says nothing about them.
        """
        for entry in self._accounts.values():
            for path in _paths(entry):
                if not path.failed:
                    path.last = now

    def mark_failed(self, account: str, path_name: str) -> None:
        """Take up a failure known from before a restart, without telling it again."""
        entry = self._accounts.get(account)
        for path in _paths(entry):
            if path.name == path_name:
                path.failed = True

    def is_failed(self, account: str, path_name: str = MAIN_PATH) -> bool:
        """Whether a path is down right now."""
        return any(p.failed for p in _paths(self._accounts.get(account)) if p.name == path_name)

    def failed(self) -> list[tuple[str, str]]:
        """(account, path) of every path that is down."""
        return [(p.account, p.name) for e in self._accounts.values() for p in _paths(e) if p.failed]

    def last_heard(self) -> dict[tuple[str, str], float]:
        """(account, path) to the monotonic second the timer last started."""
        return {(p.account, p.name): p.last for e in self._accounts.values() for p in _paths(e)}

    def _start(self, account: str, name: str, interval: float, now: float) -> _Path:
        path = _Path(account, name, interval, now)
        self._push(path, now + interval)
        return path

    def _push(self, path: _Path, deadline: float) -> None:
        self._order += 1  # ties must never compare two paths
        path.due = deadline
        heapq.heappush(self._heap, (deadline, self._order, path))

    def _after_failure(self, path: _Path, now: float) -> Iterable[LinkChange]:
        entry = self._accounts[path.account]
        second = entry.second
        if second is None:
            return
        if path is entry.main and not second.failed:
            # The panel now polls its second path at the pace of the first; the time runs
            # from here, as it could not know before that the first was down.
            second.interval = float(entry.kind.second_while_main_down or second.interval)
            second.last = max(second.last, now)
            self._push(second, second.last + second.interval)
        if entry.main.failed and second.failed:
            yield _change(Change.DARK, path, now)

    def _restore(self, entry: _Account, path: _Path, now: float) -> LinkChange:
        change = _change(Change.RESTORED, path, now)
        path.failed = False
        path.last = now
        if path is entry.main and entry.second is not None:
            entry.second.interval = float(entry.kind.second_while_main_up or path.interval)
        if path is entry.second and entry.main.failed:
            path.interval = float(entry.kind.second_while_main_down or path.interval)
        self._push(path, now + path.interval)
        return change


@dataclass(slots=True)
class MassLoss:
    """Tells one event that hits many panels from many events.

    When an operator's network dies, hundreds of paths fail within a minute. The desk must
    see that as one alarm. A group opens when at least ``least`` paths, and at least ``share``
    of all that are supervised, have failed within ``window_s`` seconds; it takes up what fails
    while it is open and closes when all its members are back.
    """

    least: int = 10
    share: float = 0.02
    window_s: float = 60.0
    quiet_s: float = 600.0
    _joined_at: float = 0.0
    _recent: deque[tuple[float, str, str]] = field(default_factory=deque)
    members: dict[tuple[str, str], None] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether a mass loss is going on."""
        return bool(self.members)

    def failed(self, account: str, path: str, now: float, supervised: int) -> bool:
        """Count one failure; True if it belongs to a mass loss (opened now or before)."""
        if self.is_open and now - self._joined_at <= self.quiet_s:
            self.members[account, path] = None
            self._joined_at = now
            return True
        self._recent.append((now, account, path))
        while self._recent[0][0] < now - self.window_s:
            self._recent.popleft()
        if len(self._recent) < max(self.least, self.share * supervised):
            return False
        self.members.update({(a, p): None for _, a, p in self._recent})
        self._recent.clear()
        self._joined_at = now
        return True

    def restored(self, account: str, path: str) -> bool:
        """Count one restore; True if the path was part of the mass loss."""
        if (account, path) not in self.members:
            self._recent = deque(r for r in self._recent if r[1:] != (account, path))
            return False
        del self.members[account, path]
        return True


def _paths(entry: _Account | None) -> tuple[_Path, ...]:
    if entry is None:
        return ()
    return (entry.main,) if entry.second is None else (entry.main, entry.second)


def _change(change: Change, path: _Path, now: float) -> LinkChange:
    return LinkChange(change, path.account, path.name, path.interval, now - path.last)
