"""Days that somebody typed, as instants: a day is what the clock on the wall in Sweden shows."""

from datetime import UTC, date, datetime, time, timedelta

from django.utils.dateparse import parse_date

from tornvakt.base.ui import formats


def span_of(text: str) -> tuple[datetime, datetime] | None:
    """Return when a day (2026-12-31) begins and when it is over, UTC; None for what is no day.

    The day of a clock change has 23 or 25 hours.
    """
    try:
        day = parse_date(text)
        return None if day is None else (_begins(day), _begins(day + timedelta(days=1)))
    except (ValueError, OverflowError):  # no such day; the first there is, or the last
        return None


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=formats.STOCKHOLM).astimezone(UTC)
