"""Times and durations in words."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from tornvakt.base.ui import formats

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (4320, "1 h 12 min"),
        (100_800, "1 d 4 h"),
    ],
)
def test_a_duration_is_cut_down_never_rounded_up(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text.replace(" ", NBSP)


def test_seconds_are_kept_where_a_target_depends_on_them() -> None:
    assert formats.exact_duration(155) == f"2{NBSP}min{NBSP}35{NBSP}s"
    assert formats.exact_duration(12) == f"12{NBSP}s"
    assert formats.exact_duration(1800) == f"30{NBSP}min"
    assert formats.exact_duration(4320) == formats.duration(4320)


def test_the_hour_that_comes_twice_in_autumn_says_which_it_is() -> None:
    summer = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    winter = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert formats.clock(summer) == "02:30:00 (CEST)"
    assert formats.clock(winter) == "02:30:00 (CET)"
    assert formats.clock(datetime(2026, 10, 25, 2, 30, tzinfo=UTC)) == "03:30:00"


def test_days_and_decimals_follow_the_language() -> None:
    instant = datetime(2026, 11, 22, 2, 41, 27, 418_000, tzinfo=UTC)
    with translation.override("sv"):
        assert (formats.day(instant), formats.clock_ms(instant)) == ("sön 22 nov", "03:41:27,418")
        assert formats.number(9312) == f"9{NBSP}312"
    with translation.override("en"):
        assert (formats.day(instant), formats.clock_ms(instant)) == ("Sun 22 Nov", "03:41:27.418")
        assert formats.number(9312) == "9,312"


def test_weeks_are_iso_and_2026_has_fifty_three() -> None:
    assert formats.week(datetime(2026, 11, 22, 12, tzinfo=UTC)) == 47
    assert formats.week(datetime(2027, 1, 1, 12, tzinfo=UTC)) == 53


def test_an_instant_without_a_wall_clock_is_written_in_utc_and_never_raises() -> None:
    edge = datetime.max.replace(tzinfo=UTC)
    assert formats.clock(edge) == "23:59:59"
    assert formats.clock_ms(edge) == "23:59:59,999"
    assert formats.date(edge) == "9999-12-31"
    assert formats.day(edge) == "fre 31 dec"
    assert formats.week(edge) == 52
    assert formats.date(datetime.min.replace(tzinfo=UTC))[-6:] == "-01-01"
