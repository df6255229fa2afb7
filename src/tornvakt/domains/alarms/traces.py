"""What became of each alarm while a stored day is judged again, and where two runs differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from tornvakt.pure.triage import Decision, Standing, Verdict

Place = tuple[int, int]
"""The entry of the inbox and the position in it that raised an alarm; ``(0, number)`` for one that
stood before the reading began."""


@dataclass(frozen=True, slots=True)
class Trace:
    """An alarm as it came out: at last, after every rule had said its word."""

    at: datetime
    """When it was raised, UTC."""
    account: str
    system: str
    code: str
    zone: str
    priority: int
    is_confirmed: bool = False
    is_cancelled: bool = False
    joined: int = 0
    """How many events joined it."""
    notes: tuple[str, ...] = ()
    """The rules that left a note on it, each once, in order."""


@dataclass(frozen=True, slots=True)
class AlarmDifference:
    """One alarm that came out otherwise. None: by those rules it was no alarm of its own."""

    entry_id: int
    position: int
    before: Trace | None
    now: Trace | None


@dataclass(slots=True)
class Traces:
    """The alarms of every account while a day is judged."""

    of: dict[Place, Trace] = field(default_factory=dict)
    _standing: dict[tuple[str, str], Place] = field(default_factory=dict)

    def stood(self, account: str, alarms: Sequence[tuple[int, Standing]]) -> None:
        """Take up the alarms of an account that stood already."""
        for number, alarm in alarms:
            self._standing[account, alarm.key] = (0, number)
            self.of[0, number] = _trace(account, alarm)

    def follow(
        self,
        place: Place,
        account: str,
        decision: Decision,
        standing: Mapping[str, Standing],
    ) -> None:
        """Carry on with what a decision did; ``standing`` as it is after it."""
        if decision.verdict is Verdict.RAISE and decision.key in standing:
            self._standing[account, decision.key] = place
            self.of[place] = _trace(account, standing[decision.key])
        if decision.verdict is Verdict.JOIN and (account, decision.key) in self._standing:
            at = self._standing[account, decision.key]
            self.of[at] = replace(self.of[at], joined=self.of[at].joined + 1)
        for note in decision.notes:
            key = note.key or decision.key
            found = self._standing.get((account, key))
            if found is None or key not in standing:
                continue
            alarm, old = standing[key], self.of[found]
            self.of[found] = replace(
                old,
                priority=alarm.priority,
                is_confirmed=alarm.is_confirmed,
                is_cancelled=alarm.is_cancelled,
                notes=tuple(dict.fromkeys((*old.notes, note.rule))),
            )


def compared(before: Traces, now: Traces, since: datetime) -> list[AlarmDifference]:
    """Return the alarms that differ, in order: those of the time, and older ones it changed."""
    places = sorted(before.of.keys() | now.of.keys())
    return [
        AlarmDifference(*place, was, is_now)
        for place in places
        for was, is_now in [(before.of.get(place), now.of.get(place))]
        if was != is_now and (place[0] == 0 or _at(was, is_now) >= since or (was and is_now))
    ]


def _at(*traces: Trace | None) -> datetime:
    return next(each.at for each in traces if each is not None)


def _trace(account: str, alarm: Standing) -> Trace:
    return Trace(
        at=alarm.opened_at,
        account=account,
        system=alarm.system,
        code=alarm.code,
        zone=alarm.zone,
        priority=alarm.priority,
        is_confirmed=alarm.is_confirmed,
        is_cancelled=alarm.is_cancelled,
    )
