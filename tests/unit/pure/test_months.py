"""A month is what the wall calendar shows, also when clocks change in it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tornvakt.pure.months import Month, month_of, parse

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("month", "hours"),
    [
        ("2026-03", 31 * 24 - 1),
        ("2026-10", 31 * 24 + 1),
        ("2026-02", 28 * 24),
        ("2028-02", 29 * 24),
    ],
)
def test_months_are_as_long_as_their_days(month: str, hours: int) -> None:
    found = parse(month)
    assert found is not None
    start, end = found.span(STOCKHOLM)
    assert end - start == timedelta(hours=hours)
    assert month_of(start, STOCKHOLM) == found
    assert month_of(end - timedelta(microseconds=1), STOCKHOLM) == found
    assert month_of(end, STOCKHOLM) == found.later(1)


def test_they_follow_each_other() -> None:
    november = Month(2026, 11)
    assert (str(november.later(2)), str(november.later(-11))) == ("2027-01", "2025-12")
    assert november.later(-12) == Month(2025, 11)
    assert month_of(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), STOCKHOLM) == november


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-00", "26-11", "2026-1", "9999-01", "x", "٢٠٢٦-11"]
)
def test_what_is_no_month(text: str) -> None:
    assert parse(text) is None
