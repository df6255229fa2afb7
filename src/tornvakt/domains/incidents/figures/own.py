"""The own rate: what an operator sees about themselves, and nobody about a colleague."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tornvakt.base.access.models import User
from tornvakt.domains.incidents.models import EntryKind, LogEntry, Shift

LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class OwnRate:
    """What somebody has taken. ``since`` is None for one who is not on shift."""

    last_hour: int
    since: datetime | None
    this_shift: int
    an_hour: float | None
    """A mean of the shift so far; None in its first quarter of an hour."""


def own_rate(viewer: User, now: datetime) -> OwnRate:
    """Return how many incidents the viewer has taken, by the lines of the timelines."""
    began = (
        Shift.objects.filter(user=viewer, ended_at=None).values_list("began_at", flat=True).first()
    )
    earliest = max(began or now - timedelta(hours=1), now - LONGEST)
    lines = LogEntry.objects.filter(
        incident__opened_at__gte=min(earliest, now - timedelta(hours=1)) - LONGEST,
        kind__in=(EntryKind.TAKEN, EntryKind.TAKEN_OVER),
        actor=viewer,
        at__gte=min(earliest, now - timedelta(hours=1)),
    )
    taken = [at for at in lines.values_list("at", flat=True) if at <= now]
    hour = sum(at > now - timedelta(hours=1) for at in taken)
    if began is None:
        return OwnRate(hour, None, 0, None)
    mine = sum(at >= earliest for at in taken)
    worked = (now - earliest).total_seconds() / 3600
    return OwnRate(hour, earliest, mine, mine / worked if worked >= 0.25 else None)
