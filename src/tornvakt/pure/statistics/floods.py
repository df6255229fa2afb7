"""When alarms come faster than people can take them (larmflod).

The usual rule of alarm systems (EEMUA 191, ISA-18.2; known to us from secondary sources): more than
ten alarms within ten minutes begin a flood, and it is over when fewer than five came within the
last ten.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)
BEGINS_ABOVE = 10
ENDS_BELOW = 5


@dataclass(frozen=True, slots=True)
class Flood:
    """One flood: from the alarm that was one too many until few enough remain, half-open."""

    began_at: datetime
    ended_at: datetime
    alarms: int
    """Alarms that came within it."""


def floods(instants: Iterable[datetime], until: datetime) -> list[Flood]:
    """Return the floods among alarms in order of time; one that goes on ends at ``until``."""
    found: list[Flood] = []
    recent: deque[datetime] = deque()
    began: datetime | None = None
    alarms = 0
    for at in instants:
        while recent and recent[0] + WINDOW <= at:
            gone = recent.popleft() + WINDOW
            if began is not None and len(recent) < ENDS_BELOW:
                found.append(Flood(began, gone, alarms))
                began = None
        recent.append(at)
        alarms += 1
        if began is None and len(recent) > BEGINS_ABOVE:
            began, alarms = at, 1
    while began is not None and recent:
        gone = recent.popleft() + WINDOW
        if gone >= until or len(recent) < ENDS_BELOW:
            found.append(Flood(began, min(gone, until), alarms))
            began = None
    return found


def time_in(found: Iterable[Flood]) -> timedelta:
    """Return how long floods lasted together."""
    return sum((each.ended_at - each.began_at for each in found), timedelta())
