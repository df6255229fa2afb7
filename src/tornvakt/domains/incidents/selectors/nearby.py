"""What stands near an incident, in place and time: what may be the same, and what was before.

Sources of the figures: the dispatch note on the operator's seat. All of them are proposals to a
person; nothing is joined by itself.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from tornvakt.domains.incidents.cards import DuplicateView, HistoryRow
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.states import State, kinds_like
from tornvakt.domains.sites.models import Site

SAME_THING_M = 150
SAME_THING_WITHIN = timedelta(minutes=30)
DUPLICATES_LIMIT = 10
HERE_M = 100
HISTORY = timedelta(days=90)
HISTORY_LIMIT = 10
READ_AT_MOST = 200
"""Rows looked at for duplicates. In a flood, where there are more, one gathers by cause instead."""
_M_PER_DEGREE = 111_195.0
"""Of latitude, on the sphere of `distance_m`."""
_RADIUS_M = 6_371_000.0


@dataclass(frozen=True, slots=True)
class Point:
    """A place on earth, WGS 84, degrees."""

    latitude: float
    longitude: float


def distance_m(one: Point, other: Point) -> float:
    """Return the distance between two points in metres, along a sphere (haversine)."""
    north, north2 = math.radians(one.latitude), math.radians(other.latitude)
    up = math.sin((north2 - north) / 2) ** 2
    across = math.sin(math.radians(other.longitude - one.longitude) / 2) ** 2
    return 2 * _RADIUS_M * math.asin(math.sqrt(up + math.cos(north) * math.cos(north2) * across))


def point_of(incident: Incident) -> Point | None:
    """Return where it is: the point somebody gave, else its object's; None when nobody knows."""
    for row in (incident, incident.site):
        if row is not None and row.latitude is not None and row.longitude is not None:
            return Point(row.latitude, row.longitude)
    return None


def are_near(one: Incident, other: Incident) -> bool:
    """Whether two incidents are at one object, account or named place, or within 150 m."""
    if (one.account and one.account == other.account) or (one.place and one.place == other.place):
        return True
    away = _away(one, point_of(one), other)
    return away is not None and away <= SAME_THING_M


def duplicates(incident: Incident, seen_by: QuerySet[Incident]) -> list[DuplicateView]:
    """Return open incidents of ``seen_by`` that may be the same thing as this open one.

    Opened within 30 minutes of it, of a kind like its own, at the same object or within 150 m.
    The nearest in time first.
    """
    here = point_of(incident)
    if incident.closed_at is not None or (here is None and incident.site_id is None):
        return []
    near_in_time = (
        incident.opened_at - SAME_THING_WITHIN,
        incident.opened_at + SAME_THING_WITHIN,
    )
    rows = (
        seen_by.filter(
            closed_at=None,
            opened_at__range=near_in_time,
            kind__in=kinds_like(incident.kind),
            is_test=incident.is_test,
        )
        .exclude(pk=incident.pk)
        .order_by("-opened_at")[:READ_AT_MOST]
    )
    found = []
    for row in rows:
        away = _away(incident, here, row)
        if away is not None and away <= SAME_THING_M:
            found.append(_duplicate(incident, row, away))
    found.sort(key=lambda each: (each.apart_s, each.id))
    return found[:DUPLICATES_LIMIT]


def history(incident: Incident, seen_by: QuerySet[Incident], now: datetime) -> list[HistoryRow]:
    """Return what happened at the same object, or within 100 m, in the last 90 days.

    The ten newest, open or not; what was joined with another stands there only as the other.
    """
    here = point_of(incident)
    recent = (
        seen_by.filter(opened_at__gte=now - HISTORY, is_test=False)
        .exclude(pk=incident.pk)
        .exclude(state=State.MERGED)
        .order_by("-opened_at", "-pk")
    )
    sites = {incident.site_id} if incident.site_id else set()
    rows: list[Incident] = []
    if here is not None:
        box = _box(here, HERE_M)
        sites |= {
            pk
            for pk, north, east in Site.objects.filter(box).values_list(
                "pk", "latitude", "longitude"
            )
            if north is not None
            and east is not None
            and distance_m(here, Point(north, east)) <= HERE_M
        }
        told = recent.filter(box, latitude__isnull=False)[: HISTORY_LIMIT * 4]
        rows += [row for row in told if (_away(incident, here, row) or 0) <= HERE_M]
    if sites:
        at_sites = recent.filter(site_id__in=sites)[:HISTORY_LIMIT]
        rows += [row for row in at_sites if row.latitude is None or row.site_id in sites]
    newest = sorted({row.pk: row for row in rows}.values(), key=_newest_first)[:HISTORY_LIMIT]
    return [_history_row(incident, here, row) for row in newest]


def _newest_first(row: Incident) -> tuple[float, int]:
    return -row.opened_at.timestamp(), -row.pk


def _box(here: Point, metres: float) -> Q:
    up = metres / _M_PER_DEGREE
    across = up / max(0.01, math.cos(math.radians(here.latitude)))
    return Q(
        latitude__range=(here.latitude - up, here.latitude + up),
        longitude__range=(here.longitude - across, here.longitude + across),
    )


def _away(incident: Incident, here: Point | None, row: Incident) -> float | None:
    """Return how far away another incident is, in metres: 0 at the same object, None unknown."""
    if incident.site_id is not None and row.site_id == incident.site_id:
        return 0.0
    there = point_of(row)
    return distance_m(here, there) if here is not None and there is not None else None


def _metres(incident: Incident, row: Incident, away: float | None) -> int | None:
    is_same = incident.site_id is not None and row.site_id == incident.site_id
    return None if is_same or away is None else round(away)


def _duplicate(incident: Incident, row: Incident, away: float) -> DuplicateView:
    return DuplicateView(
        id=row.pk,
        number=row.number,
        title_sv=row.title_sv,
        title_en=row.title_en,
        place=row.place,
        priority=row.priority,
        opened_at=row.opened_at,
        owner_call_name=row.taken_by.call_name if row.taken_by else "",
        distance_m=_metres(incident, row, away),
        apart_s=round(abs((row.opened_at - incident.opened_at).total_seconds())),
    )


def _history_row(incident: Incident, here: Point | None, row: Incident) -> HistoryRow:
    return HistoryRow(
        number=row.number,
        title_sv=row.title_sv,
        title_en=row.title_en,
        place=row.place,
        opened_at=row.opened_at,
        state=row.state,
        result=row.result,
        result_label=str(row.get_result_display() if row.result else State(row.state).label)
        if row.closed_at
        else "",
        cause_label=str(row.get_cause_display()) if row.cause else "",
        distance_m=_metres(incident, row, _away(incident, here, row)),
    )
