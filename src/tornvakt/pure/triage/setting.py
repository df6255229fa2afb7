"""What the rules know of the place a signal comes from: zones, tests, opening hours, own figures.

One `Setting` belongs to one account (transmitter). Its rows carry the time they held, half-open
and in UTC, so that one reading of the register serves a whole batch and every signal is judged by
what held when it came, a backlog of three hours and a day run again included.

`domains.sites.selectors.settings_of(accounts, at, until)` fills it with every row that held at any
moment from ``at`` to ``until``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tornvakt.pure.schedules import Schedule

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ZoneSetting:
    """One zone (zon) of the transmitter, by the number it sends."""

    number: str
    name: str = ""
    area: str = ""
    """Number of the area it belongs to; empty when nobody has said."""
    kind: str = ""
    """Kind of alarm it gives, a word of `codes.KINDS`; empty: as the code says."""
    since: datetime = ALWAYS
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class TestWindow:
    """A test mode (provläge) of the place, as far as this account is concerned.

    ``scope`` is "whole", "transmitter", "area" or "zone", and ``value`` the area's or the zone's
    number. A test of another transmitter of the same place is not among an account's windows.
    """

    __test__ = False

    scope: str
    value: str = ""
    covers_life: bool = False
    """Fire, gas, hold-up and medical too; without it those are real in the middle of a test."""
    since: datetime = ALWAYS
    until: datetime | None = None
    """When it ended, or is to end. It never lacks an end in the register."""
    id: int = 0


@dataclass(frozen=True, slots=True)
class HoursSetting:
    """Opening hours (öppettider) of the place or of one area (number); empty: the whole place."""

    schedule: Schedule
    area: str = ""
    since: datetime = ALWAYS
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnFigure:
    """A figure of the rules that is another at this place, by its name in `Rules`."""

    name: str
    value: Any
    since: datetime = ALWAYS
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """Where the transmitter stood, and from when until when."""

    site_id: int
    since: datetime = ALWAYS
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the register says of one account, with the times it held."""

    stays: tuple[Stay, ...] = ()
    zones: tuple[ZoneSetting, ...] = ()
    tests: tuple[TestWindow, ...] = ()
    hours: tuple[HoursSetting, ...] = ()
    own: tuple[OwnFigure, ...] = ()
    expected_test_hours: int | None = None
    """How often a test signal is expected; None when none is."""
    _by_number: Mapping[str, tuple[ZoneSetting, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        by_number: dict[str, tuple[ZoneSetting, ...]] = {}
        for zone in self.zones:
            number = plain_number(zone.number)
            by_number[number] = (*by_number.get(number, ()), zone)
        object.__setattr__(self, "_by_number", by_number)

    def site_at(self, at: datetime) -> int | None:
        """Return the id of the place the transmitter stood at; None when nobody has said."""
        return next(
            (each.site_id for each in self.stays if holds(each.since, each.until, at)), None
        )

    def zone(self, number: str, at: datetime) -> ZoneSetting | None:
        """Return a zone as it was at an instant; "03" and "3" are the same."""
        for zone in self._by_number.get(plain_number(number), ()):
            if holds(zone.since, zone.until, at):
                return zone
        return None

    def area_of(self, zone: str, area: str, at: datetime) -> str:
        """Return the area of an event: what the panel says, else what the register says."""
        if area or not zone:
            return plain_number(area)
        found = self.zone(zone, at)
        return plain_number(found.area) if found else ""

    def test_covering(
        self, *, zone: str, area: str, is_life: bool, at: datetime
    ) -> TestWindow | None:
        """Return the test mode an event falls under, the widest first; None when it is real."""
        found = [
            window
            for window in self.tests
            if holds(window.since, window.until, at)
            and (window.covers_life or not is_life)
            and _covers(window, zone, area)
        ]
        return min(found, key=lambda window: (_WIDTH[window.scope], window.since), default=None)

    def schedule(self, area: str, at: datetime) -> Schedule | None:
        """Return the opening hours of an area, else those of the whole place."""
        wanted = plain_number(area)
        of_place = None
        for each in self.hours:
            if holds(each.since, each.until, at):
                if plain_number(each.area) == wanted:
                    return each.schedule
                if not each.area:
                    of_place = each.schedule
        return of_place

    def own_figures(self, at: datetime) -> dict[str, Any]:
        """Return the place's own figures at an instant, by name."""
        return {each.name: each.value for each in self.own if holds(each.since, each.until, at)}


NOTHING_KNOWN = Setting()
_WIDTH = {"whole": 0, "transmitter": 1, "area": 2, "zone": 3}


def holds(since: datetime, until: datetime | None, at: datetime) -> bool:
    """Return whether an instant lies in ``[since, until)``."""
    return since <= at and (until is None or at < until)


def plain_number(text: str) -> str:
    """Return a number without leading zeros: panels write the same zone as 3 and as 003."""
    return text.strip().lstrip("0")


def _covers(window: TestWindow, zone: str, area: str) -> bool:
    match window.scope:
        case "whole" | "transmitter":
            return True
        case "area":
            return plain_number(area) == plain_number(window.value)
        case "zone":
            return bool(zone) and plain_number(zone) == plain_number(window.value)
        case _:
            return False
