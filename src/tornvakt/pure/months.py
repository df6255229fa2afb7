"""Months by the clock on the wall: from the first local midnight to the next month's, in UTC.

The month in which clocks change is an hour shorter or longer.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

_TEXT = re.compile(r"(\d{4})-(\d{2})")
FIRST, LAST = 2000, 2199
"""Years a month may be of."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of a year."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def first_day(self) -> date:
        """The first day of it."""
        return date(self.year, self.month, 1)

    def later(self, months: int) -> "Month":
        """Return the month so many months later; earlier for a negative number."""
        number = self.year * 12 + self.month - 1 + months
        return Month(number // 12, number % 12 + 1)

    def span(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """Return when it begins and when it is over, UTC, half-open."""
        return _begins(self.first_day, zone), _begins(self.later(1).first_day, zone)


def _begins(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def month_of(instant: datetime, zone: tzinfo) -> Month:
    """Return the month an instant falls in, by the clock on the wall."""
    local = instant.astimezone(zone)
    return Month(local.year, local.month)


def parse(text: str) -> Month | None:
    """Return the month of ``2026-11``; None for what is no month."""
    found = _TEXT.fullmatch(text) if text.isascii() else None
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    return Month(year, month) if 1 <= month <= 12 and FIRST <= year <= LAST else None
