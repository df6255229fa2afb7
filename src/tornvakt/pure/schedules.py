"""Opening hours (öppettider): when a place should be open, with Swedish holidays and clock changes.

A schedule is written by the clock on the wall, because that is what the door says; every answer
here is an instant in UTC. The rules, each of them a choice that somebody could question:

- Hours belong to the day they begin on. A closing time at or before its opening is the next day's
  ("22:00"–"02:00"), and "24:00" is midnight. Windows that touch are one: a place that is open until
  24:00 and from 00:00 neither closes nor opens at midnight.
- An exception of a date goes before everything, then the rule for holidays, then the weekday.
- A holiday is an allmän helgdag (lag 1989:253), and with ``with_eves`` also the three eves that
  semesterlagen (1977:480) 7 § sets beside a Sunday: midsommar-, jul- and nyårsafton. A Sunday is a
  weekday like others here, with hours of its own.
- The night to summer time has no 02:00–03:00: a time that is skipped is the instant of the change,
  and a window wholly inside it does not happen. The night to winter time has it twice: an opening
  is the first of the two and a closing the last, so nobody is called late for an hour lived twice.

Pure: no clock, no database. `holidays` (the package) is read once a year asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from tornvakt.pure.facts import Refusal

Hours = tuple[tuple[str, str], ...]
"""The windows of one day as ("08:00", "17:00"), by the clock on the wall; () is closed all day."""

STOCKHOLM = "Europe/Stockholm"
HORIZON = timedelta(days=400)
"""How far ahead a change is looked for: more than a year, for a place that opens at midsummer."""
MOST_GRACE_MIN = 24 * 60
_DAY_MIN = 24 * 60
_REMEMBERED = 64
"""So many spans of days does a schedule remember its windows of."""
_WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


class BadHours(Refusal):
    """Hours that cannot be kept: a time that is none, or windows that overlap."""


class OnHoliday(StrEnum):
    """What holds on a holiday (helgdag)."""

    SAME = "same"
    CLOSED = "closed"
    HOURS = "hours"


class Timing(StrEnum):
    """How an opening or a closing stands beside the schedule."""

    ON_TIME = "on_time"
    EARLY = "early"
    LATE = "late"
    OUTSIDE = "outside"
    """Opened on a day, or at a time of day, when nothing should open any more."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time of being open, half-open, in UTC."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """The place should open (or close) at this instant, UTC."""

    at: datetime
    is_opening: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The hours of one place or area. Raises BadHours when they cannot be kept.

    ``days`` begins with Monday. ``early_min`` is how many minutes before its time an opening or a
    closing still is on time, ``late_min`` how many after; a missed one is told when they are over.
    """

    days: tuple[Hours, Hours, Hours, Hours, Hours, Hours, Hours]
    on_holiday: OnHoliday = OnHoliday.CLOSED
    holiday_hours: Hours = ()
    """What holds on a holiday when ``on_holiday`` is HOURS."""
    exceptions: Mapping[date, Hours] = field(default_factory=dict)
    early_min: int = 15
    late_min: int = 15
    with_eves: bool = True
    zone: str = STOCKHOLM
    _found: dict[tuple[date, date], list[Window]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Windows found before: a day of signals asks about the same days again and again."""

    def __post_init__(self) -> None:
        if len(self.days) != len(_WEEKDAYS):
            raise BadHours("Ett schema har sju veckodagar, måndag först.")
        OnHoliday(self.on_holiday)
        named = [*zip(_WEEKDAYS, self.days, strict=True), ("helgdag", self.holiday_hours)]
        named += [(day.isoformat(), hours) for day, hours in self.exceptions.items()]
        for name, hours in named:
            _check(name, hours)
        if not (0 <= self.early_min <= MOST_GRACE_MIN and 0 <= self.late_min <= MOST_GRACE_MIN):
            raise BadHours("Marginalen anges i minuter, från 0 till 1440.")

    def hours_of(self, day: date) -> Hours:
        """Return the hours that begin on a local day."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.on_holiday != OnHoliday.SAME and holiday_name(day, with_eves=self.with_eves):
            return self.holiday_hours if self.on_holiday == OnHoliday.HOURS else ()
        return self.days[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Return whether the place should be open at an instant."""
        return self.window_at(at) is not None

    def window_at(self, at: datetime) -> Window | None:
        """Return the window an instant lies in."""
        day = self._local_day(at)
        near = self._windows(day - timedelta(days=1), day + timedelta(days=1))
        return next((window for window in near if window.opens_at <= at < window.closes_at), None)

    def changes(self, since: datetime, until: datetime) -> tuple[Change, ...]:
        """Return what should open and close in ``since <= at < until``, in order."""
        first = self._local_day(since) - timedelta(days=2)
        found = []
        for window in self._windows(first, self._local_day(until) + timedelta(days=1)):
            found.append(Change(window.opens_at, is_opening=True))
            found.append(Change(window.closes_at, is_opening=False))
        return tuple(change for change in found if since <= change.at < until)

    def next_change(self, at: datetime) -> Change | None:
        """Return the first change after an instant; None when there is none within the horizon."""
        after = at + timedelta(microseconds=1)
        step = timedelta(days=8)
        while after < at + HORIZON:
            if found := self.changes(after, after + step):
                return found[0]
            after += step
        return None

    def expected_openings(self, day: date) -> tuple[datetime, ...]:
        """Return the instants of a local day at which the place should open."""
        return tuple(change.at for change in self._of_day(day) if change.is_opening)

    def expected_closings(self, day: date) -> tuple[datetime, ...]:
        """Return the instants of a local day at which the place should close."""
        return tuple(change.at for change in self._of_day(day) if not change.is_opening)

    def opening_is(self, at: datetime) -> Timing:
        """Return how an opening at this instant stands beside the schedule."""
        window = self.window_at(at)
        if window is not None:
            return Timing.LATE if at > window.opens_at + self._late else Timing.ON_TIME
        if self._closed_just_before(at):
            return Timing.ON_TIME
        following = self.next_change(at)
        if following is None or self._local_day(following.at) != self._local_day(at):
            is_near = following is not None and following.at - at <= self._early
            return Timing.ON_TIME if is_near else Timing.OUTSIDE
        return Timing.ON_TIME if following.at - at <= self._early else Timing.EARLY

    def closing_is(self, at: datetime) -> Timing:
        """Return how a closing at this instant stands beside the schedule."""
        window = self.window_at(at)
        if window is not None:
            return Timing.EARLY if at < window.closes_at - self._early else Timing.ON_TIME
        following = self.next_change(at)
        opens_soon = following is not None and following.at - at <= self._early
        if opens_soon or following is None or self._closed_just_before(at):
            return Timing.ON_TIME
        return Timing.LATE

    @property
    def _early(self) -> timedelta:
        return timedelta(minutes=self.early_min)

    @property
    def _late(self) -> timedelta:
        return timedelta(minutes=self.late_min)

    def _closed_just_before(self, at: datetime) -> bool:
        before = self.changes(at - self._late, at + timedelta(microseconds=1))
        return any(not change.is_opening for change in before)

    def _local_day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.zone)).date()

    def _of_day(self, day: date) -> tuple[Change, ...]:
        zone = ZoneInfo(self.zone)
        return self.changes(_instant(day, 0, zone), _instant(day, _DAY_MIN, zone))

    def _windows(self, first: date, last: date) -> list[Window]:
        """Return the windows that begin on these local days, those that touch joined."""
        known = self._found.get((first, last))
        if known is not None:
            return known
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        known = self._found[first, last] = self._find_windows(first, last)
        return known

    def _find_windows(self, first: date, last: date) -> list[Window]:
        zone = ZoneInfo(self.zone)
        found: list[Window] = []
        # One day more at each end, so that what touches from outside is joined as well.
        for number in range((last - first).days + 3):
            day = first + timedelta(days=number - 1)
            for opens, closes in self.hours_of(day):
                start, end = minutes(opens), minutes(closes)
                end += _DAY_MIN if end <= start else 0
                opens_at = _instant(day, start, zone)
                closes_at = _instant(day, end, zone, is_last=True)
                if opens_at < closes_at:
                    found.append(Window(opens_at, closes_at))
        return _joined(sorted(found, key=lambda window: window.opens_at))


def minutes(clock: str) -> int:
    """Return the minutes of "HH:MM" from midnight, "24:00" included. Raises BadHours."""
    hour, colon, minute = clock.partition(":")
    is_number = hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit()
    if not (colon and is_number and len(hour) <= 2 and len(minute) == 2 and int(minute) < 60):
        raise BadHours(f"”{clock}” är ingen tid. Skriv timmar och minuter, till exempel 08:00.")
    total = int(hour) * 60 + int(minute)
    if total > _DAY_MIN:
        raise BadHours(f"”{clock}” är ingen tid på dygnet. Den sista är 24:00.")
    return total


def holiday_name(day: date, *, with_eves: bool = True) -> str:
    """Return the Swedish name of the holiday a day is; empty for any other day, Sundays too."""
    if day.year < 1953:
        return ""  # the law of 1952 is the oldest the package knows
    days, eves = _holidays(day.year)
    return days.get(day) or (eves.get(day, "") if with_eves else "")


@lru_cache(maxsize=32)
def _holidays(year: int) -> tuple[dict[date, str], dict[date, str]]:
    # Imported when the first schedule asks: it costs a third of a second.
    import holidays

    found = [
        holidays.country_holidays("SE", years=year, categories=(category,), language="sv")
        for category in ("public", "de_facto")
    ]
    public, eves = ({day: str(name) for day, name in each.items()} for each in found)
    return public, eves


def _check(name: str, hours: Hours) -> None:
    spans = []
    for opens, closes in hours:
        start, end = minutes(opens), minutes(closes)
        if start in (end, _DAY_MIN):
            raise BadHours(f"{name.capitalize()}: {opens}–{closes} är ingen öppettid.")
        spans.append((start, end + (_DAY_MIN if end < start else 0)))
    spans.sort()
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise BadHours(f"{name.capitalize()}: två öppettider överlappar varandra.")


def _instant(day: date, minute: int, zone: ZoneInfo, *, is_last: bool = False) -> datetime:
    """Return when the clock on the wall shows so many minutes past a day's midnight.

    Of a time that comes twice the first, or the last when asked; of one that is skipped the
    instant of the change.
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    found = wall.replace(tzinfo=zone, fold=int(is_last)).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    after = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        is_before = middle.astimezone(zone).utcoffset() == offset
        before, after = (middle, after) if is_before else (before, middle)
    return after


def _joined(windows: list[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in windows:
        if joined and window.opens_at <= joined[-1].closes_at:
            closes_at = max(joined[-1].closes_at, window.closes_at)
            joined[-1] = Window(joined[-1].opens_at, closes_at)
        else:
            joined.append(window)
    return joined
