"""Opening hours of the register as `pure/schedules.py` reckons with them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.conf import settings

from tornvakt.domains.sites.models import OpeningSchedule, in_force
from tornvakt.pure.schedules import Hours, OnHoliday, Schedule


def schedules_of(
    site_ids: Collection[int], at: datetime
) -> dict[int, dict[str, tuple[int, Schedule]]]:
    """Return the schedules in force at an instant: by site and area, each with its row's id.

    The area "" is the whole place. Places without opening hours are left out.
    """
    rows = OpeningSchedule.objects.filter(in_force(at), site_id__in=site_ids)
    found: dict[int, dict[str, tuple[int, Schedule]]] = {}
    for row in rows:
        found.setdefault(row.site_id, {})[row.area] = (row.pk, schedule(row))
    return found


def schedule(row: OpeningSchedule) -> Schedule:
    """Return one row as a schedule. What is stored was checked by the service that stored it."""
    a, b, c, d, e, f, g = (hours(day) for day in row.days)
    return Schedule(
        days=(a, b, c, d, e, f, g),
        on_holiday=OnHoliday(row.on_holiday),
        holiday_hours=hours(row.holiday_hours),
        exceptions={date.fromisoformat(day): hours(each) for day, each in row.exceptions.items()},
        early_min=row.early_min,
        late_min=row.late_min,
        with_eves=row.with_eves,
        zone=settings.TIME_ZONE,
    )


def hours(windows: Any) -> Hours:
    """Return the windows of one day from JSON."""
    return tuple((opens, closes) for opens, closes in windows)
