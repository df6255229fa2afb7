"""A flood begins with the eleventh alarm in ten minutes and ends when fewer than five are left."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure.statistics.floods import Flood, floods, time_in

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(*seconds: int) -> list[datetime]:
    return [NOON + timedelta(seconds=each) for each in seconds]


def test_ten_are_no_flood_and_eleven_are() -> None:
    assert floods(at(*range(0, 100, 10)), NOON + timedelta(hours=1)) == []
    (found,) = floods(at(*range(0, 110, 10)), NOON + timedelta(hours=1))
    # The eleventh came at 100 s; at 660 s the seventh leaves the window, and four remain.
    assert found == Flood(*at(100, 660), 1)


def test_eleven_in_more_than_ten_minutes_are_no_flood() -> None:
    assert floods(at(*range(0, 660, 60)), NOON + timedelta(hours=1)) == []


def test_a_flood_that_goes_on_ends_with_the_span_and_floods_are_added() -> None:
    two = [*at(*range(20)), *at(*range(4000, 4020))]
    found = floods(two, NOON + timedelta(seconds=4100))
    assert [(each.began_at, each.alarms) for each in found] == [
        (at(10)[0], 10),
        (at(4010)[0], 10),
    ]
    assert found[1].ended_at == NOON + timedelta(seconds=4100)
    assert time_in(found) == timedelta(seconds=(615 - 10) + (4100 - 4010))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5_000), max_size=80))
def test_as_a_reading_second_by_second(seconds: list[int]) -> None:
    came = sorted(seconds)
    until = 6_000
    is_flood, total = False, 0
    for second in range(until):
        recent = sum(second - 600 < each <= second for each in came)
        is_flood = recent > 10 or (is_flood and recent >= 5)
        total += is_flood
    found = floods(at(*came), NOON + timedelta(seconds=until))
    assert time_in(found) == timedelta(seconds=total)
