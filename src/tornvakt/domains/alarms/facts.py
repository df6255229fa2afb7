"""What happens in this room."""

from dataclasses import dataclass

from tornvakt.pure.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsStored(Fact):
    """Signals came in from the inbox; ids of the first and the last of one transaction."""

    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Fact):
    """Something calls for somebody. ``at`` is when the receiver had the signal."""

    alarm_id: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRepeated(Fact):
    """The same thing was signalled ``count`` times more while the alarm stood open."""

    alarm_id: int
    count: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRestored(Fact):
    """What the alarm was about has gone back to normal. The alarm stays where it is."""

    alarm_id: int
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmReworded(Fact):
    """The alarm says something else now, without having been signalled again: fewer are lost."""

    alarm_id: int
    rule: str
