"""How much came and from where: hours, days, kinds, sources, floods, load on each operator."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.figures.reading import Row, lines_of
from tornvakt.domains.incidents.models import EntryKind, Shift
from tornvakt.domains.sites.models import Site
from tornvakt.pure.statistics import floods
from tornvakt.pure.statistics.percentiles import Share, Spread, share, spread

WORST = 10
GOOD_AN_HOUR, MOST_AN_HOUR = 6, 12
"""Alarms an operator has an hour: what is good, and the limit (EEMUA 191, secondary sources)."""
STANDING = timedelta(hours=24)
CHATTERING_RULES = ("swinger", "runaway")
"""Rules of triage that find a zone or a transmitter that changes to and fro."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Source:
    """What incidents come from: an object, or an account that nobody knows the place of."""

    site_id: int | None
    name: str
    number: str
    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """How much there was in the span."""

    by_hour: dict[int, int]
    """By the hour on the wall, 0 to 23."""
    by_weekday: dict[int, int]
    """Monday is 0."""
    by_kind: dict[str, int]
    sources: list[Source]
    """All of them, the worst first."""
    worst_share: Share
    """Of the worst ten together."""
    floods: list[floods.Flood]
    flood_share: float | None
    """Share of the span's time, 0 to 1."""
    rates: Spread
    """Incidents for each operator in the hours somebody was on shift. Missing: hours nobody was."""
    over_good: Share
    over_most: Share
    chattering: int
    standing: int


def load(rows: Sequence[Row], start: datetime, end: datetime, now: datetime) -> Load:
    """Return the load of a span; of one that is not over, until ``now``. Four queries."""
    until = min(end, now)
    local = [row.opened_at.astimezone(formats.STOCKHOLM) for row in rows]
    hours = Counter(each.hour for each in local)
    days = Counter(each.weekday() for each in local)
    sources = _sources(rows)
    found = floods.floods((row.opened_at for row in rows), until)
    whole = (until - start).total_seconds()
    rates = _rates(rows, start, until)
    measured = [rate for rate in rates if rate is not None]
    return Load(
        by_hour={hour: hours[hour] for hour in range(24)},
        by_weekday={day: days[day] for day in range(7)},
        by_kind=dict(Counter(row.kind for row in rows).most_common()),
        sources=sources,
        worst_share=share(sum(each.count for each in sources[:WORST]), len(rows)),
        floods=found,
        flood_share=floods.time_in(found).total_seconds() / whole if whole > 0 else None,
        rates=spread(rates),
        over_good=share(sum(rate > GOOD_AN_HOUR for rate in measured), len(measured)),
        over_most=share(sum(rate > MOST_AN_HOUR for rate in measured), len(measured)),
        chattering=_chattering(rows),
        standing=sum(_stood(row, now) > STANDING for row in rows),
    )


def _sources(rows: Sequence[Row]) -> list[Source]:
    counts = Counter((row.site_id, "" if row.site_id else row.account) for row in rows)
    names = {
        pk: (name, number)
        for pk, name, number in Site.objects.filter(
            pk__in=[site for site, _ in counts if site is not None]
        ).values_list("pk", "name", "number")
    }
    found = [
        Source(site, *(names.get(site, ("", "")) if site else (account, "")), count)
        for (site, account), count in counts.items()
        if site is not None or account
    ]
    return sorted(found, key=lambda each: (-each.count, each.name))


def _stood(row: Row, now: datetime) -> timedelta:
    ends = [at for at in (row.restored_at, row.closed_at) if at is not None]
    return min(ends, default=now) - row.opened_at


def _chattering(rows: Sequence[Row]) -> int:
    ids = {row.id for row in rows}
    kinds = (EntryKind.RULE, EntryKind.LOWERED, EntryKind.ALARM, EntryKind.OPENED)
    found = lines_of(rows).filter(kind__in=kinds, params__rule__in=CHATTERING_RULES)
    return len(ids.intersection(found.values_list("incident_id", flat=True)))


def _rates(rows: Sequence[Row], start: datetime, until: datetime) -> list[float | None]:
    """Return incidents for each operator in every whole hour; None where nobody was on shift."""
    hours = int((until - start) / _HOUR)
    staff = [0.0] * hours
    shifts = Shift.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), began_at__lt=until)
    for began, ended in shifts.values_list("began_at", "ended_at"):
        first, last = max(began, start), min(ended or until, until)
        place = int((first - start) / _HOUR)
        while place < hours and start + place * _HOUR < last:
            hour = start + place * _HOUR
            staff[place] += (min(last, hour + _HOUR) - max(first, hour)) / _HOUR
            place += 1
    came = Counter(int((row.opened_at - start) / _HOUR) for row in rows)
    return [came[hour] / staff[hour] if staff[hour] >= 0.25 else None for hour in range(hours)]
