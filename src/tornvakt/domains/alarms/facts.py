"""What happens in this room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tornvakt.pure.facts import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalsStored(Fact):
    """Signals came in from the inbox; ids of the first and the last of one transaction."""

    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised(Fact):
    """Something calls for somebody. ``at`` is when the receiver had the signal.

    ``beside_id`` is an alarm whose incident it belongs to: the same break-in, another zone.
    """

    alarm_id: int
    rule: str
    beside_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmJudged(Fact):
    """A rule found something about an alarm, and may have changed its priority.

    ``params`` holds numbers, zones and codes, never words. ``was`` and ``priority`` are the same
    when the rule only notes.
    """

    alarm_id: int
    rule: str
    was: int
    priority: int
    params: Mapping[str, Any] = field(default_factory=dict)


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
