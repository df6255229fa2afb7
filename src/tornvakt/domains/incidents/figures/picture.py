"""All figures of a span in one go, from one reading of the log."""

from dataclasses import dataclass
from datetime import datetime

from tornvakt.domains.incidents.figures import reading, response
from tornvakt.domains.incidents.figures.false_alarms import FalseAlarms, false_alarms
from tornvakt.domains.incidents.figures.limits import limits_of
from tornvakt.domains.incidents.figures.load import Load, load
from tornvakt.domains.incidents.figures.response import Clock, TakeShare
from tornvakt.domains.incidents.states import State


@dataclass(frozen=True, slots=True)
class Picture:
    """The figures of incidents opened from ``start`` until before ``end``, as of ``as_of``."""

    start: datetime
    end: datetime
    as_of: datetime
    opened: int
    """All of them."""
    tests: int
    merged: int
    """Joined into another, where their work was done."""
    still_open: int
    by_priority: dict[int, int]
    takes: list[TakeShare]
    clocks: list[Clock]
    load: Load
    false: FalseAlarms

    @property
    def counted(self) -> int:
        """Those that clocks and shares are made of."""
        return self.opened - self.tests - self.merged


def picture(start: datetime, end: datetime, now: datetime) -> Picture:
    """Work out the figures of a span, as they stand at ``now``. Eight queries."""
    rows = reading.rows(start, end)
    own = [row for row in rows if row.has_clocks]
    alarms = [row for row in rows if not row.is_test]
    limits_on = limits_of()
    return Picture(
        start=start,
        end=end,
        as_of=now,
        opened=len(rows),
        tests=len(rows) - len(alarms),
        merged=sum(row.state == State.MERGED for row in alarms),
        still_open=sum(row.closed_at is None for row in alarms),
        by_priority={level: sum(row.priority == level for row in alarms) for level in (1, 2, 3)},
        takes=response.take_shares(own, limits_on, now),
        clocks=response.clocks(own, reading.firsts(own)),
        load=load(alarms, start, end, now),
        false=false_alarms(own, limits_on),
    )
