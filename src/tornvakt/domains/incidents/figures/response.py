"""How fast it went: shares taken within the limits, and every clock with its percentiles."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.figures.limits import Limits
from tornvakt.domains.incidents.figures.reading import NOTHING, Firsts, Row
from tornvakt.pure.statistics.percentiles import Share, Spread, share, spread

CLOCKS = (
    "received_claimed", "claimed_alert", "alert_ack", "ack_en_route", "en_route_scene",
    "alert_scene", "scene_clear", "received_clear", "clear_signed",
)  # fmt: skip
"""The clocks of an incident, in their order. Acknowledging, being on the way and a signed report
have no stamps until units have phones of their own: they are missing, all of them."""


@dataclass(frozen=True, slots=True)
class TakeShare:
    """How many were taken within a limit. One never taken is in the whole, not in the part."""

    priority: int
    limits_s: tuple[int, ...]
    """In order; more than one when the limit was changed within the span."""
    share: Share
    untaken: int


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: seconds from one stamp to another."""

    name: str
    spread: Spread


def take_shares(
    rows: Sequence[Row], limits_on: Callable[[date], Limits], now: datetime
) -> list[TakeShare]:
    """Return four shares: urgent and other alarms, within the first and the last limit.

    One that waits and has not waited as long as the limit is not counted yet.
    """
    found = []
    for priority in (1, 2):
        waits = [
            (
                row,
                limits_on(formats.local_date(row.opened_at)).take(priority),
                _seconds(row.opened_at, row.first_taken_at or row.closed_at or now),
            )
            for row in rows
            if row.priority == priority
        ]
        for place in (0, 1):
            part = whole = untaken = 0
            used: set[int] = set()
            for row, limits, waited in waits:
                if limits is None:
                    continue
                limit = limits[place]
                if row.first_taken_at is None and row.closed_at is None and waited <= limit:
                    continue
                used.add(limit)
                whole += 1
                untaken += row.first_taken_at is None
                part += row.first_taken_at is not None and waited <= limit
            if not used:
                today = limits_on(formats.local_date(now)).take(priority)
                used = {today[place]} if today else set()
            found.append(TakeShare(priority, tuple(sorted(used)), share(part, whole), untaken))
    return found


def clocks(rows: Sequence[Row], firsts: Mapping[int, Firsts]) -> list[Clock]:
    """Return every clock of incidents with work of their own; what has no stamp is missing."""
    spans: dict[str, list[float | None]] = {name: [] for name in CLOCKS}
    for row in rows:
        first = firsts.get(row.id, NOTHING)
        clear = row.resolved_at or (row.closed_at if row.result else None)
        for name, start, end in (
            ("received_claimed", row.opened_at, row.first_taken_at),
            ("claimed_alert", row.first_taken_at, first.alert_at),
            ("alert_ack", first.alert_at, None),
            ("ack_en_route", None, None),
            ("en_route_scene", None, first.on_scene_at),
            ("alert_scene", first.alert_at, first.on_scene_at),
            ("scene_clear", first.on_scene_at, clear),
            ("received_clear", row.opened_at, clear),
            ("clear_signed", clear, None),
        ):
            spans[name].append(None if start is None or end is None else _seconds(start, end))
    return [Clock(name, spread(values)) for name, values in spans.items()]


def _seconds(start: datetime, end: datetime) -> float:
    """Return the seconds between; 0 where a telephone call was written down afterwards."""
    return max((end - start).total_seconds(), 0.0)
