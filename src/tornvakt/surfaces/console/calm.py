"""What the desk shows when nothing waits: facts and figures, each with its count, never a joke."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.utils.translation import gettext as _

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.domains.alarms.models import Signal
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.selectors import closed_since
from tornvakt.domains.incidents.states import TAKE_WITHIN_S
from tornvakt.domains.sites.models import Transmitter
from tornvakt.surfaces.console import rows

CLOSED_SHOWN = 6
READ_AT_MOST = 5000
"""Newest incidents the figures of seven days are made from; more is said as "at least"."""


@dataclass(frozen=True, slots=True)
class Hour:
    """One bar of the chart, in a drawing 932 × 142 whose zero line lies at y = 118.

    Coordinates are text, because a template would write a number with the reader's decimal comma.
    """

    label: str
    n: int
    x: str
    mid: str
    y: str
    h: str


def screen(viewer: User, now: datetime) -> dict[str, Any]:
    """Everything the calm templates need, in the active language."""
    midnight = formats.midnight(now)
    closed = closed_since(viewer, midnight, limit=500)
    week = list(
        Incident.objects.filter(opened_at__gte=now - timedelta(days=7))
        .order_by("-id")
        .values_list("priority", "opened_at", "taken_at")[:READ_AT_MOST]
    )
    waits = [(p, (t - o).total_seconds()) for p, o, t in week if t is not None]
    within = sum(1 for priority, wait in waits if wait <= TAKE_WITHIN_S[priority])
    second = [wait for priority, wait in waits if priority == 2]
    opened = [o for _p, o, _t in week]
    hours = _hours(opened, now)
    return {
        "heading": _heading(now),
        "last_alarm_at": max(opened, default=None) or _last_ever(),
        "transmitters": Transmitter.objects.count(),
        "may_register": bool(decide(viewer, "sites.edit")),
        "today_count": sum(1 for at in opened if at >= midnight),
        "closed_count": len(closed),
        "closed": [
            {
                "url": rows.url_of(row.number),
                "closed_at": row.closed_at,
                "title": row.title(formats.language()),
                "place": rows.place_of(row),
                "result": rows.ending_of(row),
            }
            for row in closed[:CLOSED_SHOWN]
        ],
        "taken_share": _percent(within, len(waits)),
        "taken_within": within,
        "taken_all": len(waits),
        "median_p2": median(second) if second else None,
        "median_p2_n": len(second),
        "signals_24h": Signal.objects.filter(received_at__gte=now - timedelta(days=1)).count(),
        "hours": hours,
        "hours_top": max((hour.n for hour in hours), default=0) or "",
        "hours_total": sum(hour.n for hour in hours),
    }


def _last_ever() -> datetime | None:
    return Incident.objects.order_by("-id").values_list("opened_at", flat=True).first()


def _percent(part: int, whole: int) -> str | None:
    if not whole:
        return None
    text = f"{100 * part / whole:.1f}"
    return text.replace(".", ",") if formats.language() == "sv" else text


def _heading(now: datetime) -> str:
    local = now.astimezone(formats.STOCKHOLM)
    day = [
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    ][local.weekday()]
    if local.hour < 6:
        part = _("night")
    elif local.hour < 10:
        part = _("morning")
    elif local.hour < 12:
        part = _("late morning")
    elif local.hour < 18:
        part = _("afternoon")
    else:
        part = _("evening")
    return _("%(day)s %(part)s, calm") % {"day": day, "part": part}


def _hours(opened: list[datetime], now: datetime) -> list[Hour]:
    """Incidents in each of the last 24 clock hours, the newest last."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    starts = [this_hour - timedelta(hours=back) for back in range(23, -1, -1)]
    counts = [
        sum(1 for at in opened if start <= at < start + timedelta(hours=1)) for start in starts
    ]
    top = max(counts) or 1
    drawn = []
    for position, (start, count) in enumerate(zip(starts, counts, strict=True)):
        height, x = 85 * count / top, 39 + position * 36.4
        label = f"{start.astimezone(formats.STOCKHOLM):%H}"
        place = (f"{value:.1f}" for value in (x, x + 13, 118 - height, height))
        drawn.append(Hour(label, count, *place))
    return drawn
