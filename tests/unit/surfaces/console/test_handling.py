"""Times as an operator writes them, also in the nights when the clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from tornvakt.surfaces.console.handling import TimeUnreadable, read_time

NIGHT = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)  # 03:41 on the wall


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("03:55", datetime(2026, 11, 22, 2, 55, tzinfo=UTC)),
        ("3.55", datetime(2026, 11, 22, 2, 55, tzinfo=UTC)),
        ("03:40", datetime(2026, 11, 23, 2, 40, tzinfo=UTC)),  # gone today: tomorrow
        (" 30 ", NIGHT + timedelta(minutes=30)),
        ("90 min", NIGHT + timedelta(minutes=90)),
    ],
)
def test_a_clock_time_is_the_next_one_and_a_number_is_minutes(text: str, instant: datetime) -> None:
    assert read_time(text, NIGHT) == instant


@pytest.mark.parametrize("text", ["", "i morgon", "25:00", "03:60", "-5", "3:5"])
def test_anything_else_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(TimeUnreadable) as refusal:
        read_time(text, NIGHT)
    assert refusal.value.field == "until"


def test_an_hour_that_comes_twice_is_the_first_that_lies_ahead() -> None:
    first = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)  # 02:10, summer time
    assert read_time("02:30", first) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    between = datetime(2026, 10, 25, 0, 40, tzinfo=UTC)  # 02:40, summer time
    assert read_time("02:30", between) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_an_hour_that_does_not_come_is_the_moment_it_would_have_been() -> None:
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)  # 01:30; 02:00 becomes 03:00
    assert read_time("02:30", before) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
