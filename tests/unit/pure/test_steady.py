"""Steady time: a jump is waited out before it is believed; deadlines fall once and never early."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure.steady import SETTLE_S, SteadyTime

T = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(seconds: float) -> datetime:
    return T + timedelta(seconds=seconds)


def test_without_jumps_it_is_the_wall_clock() -> None:
    steady = SteadyTime()
    assert [steady.now(at(n * 0.25), n * 0.25) for n in range(5)] == [
        at(n * 0.25) for n in range(5)
    ]


def test_a_slow_drift_is_followed() -> None:
    steady = SteadyTime()
    steady.now(T, 0)
    for second in range(1, 200):
        assert steady.now(at(second * 1.01), float(second)) == at(second * 1.01)


def test_an_hour_ahead_is_believed_after_a_minute() -> None:
    steady = SteadyTime()
    steady.now(T, 0)
    assert steady.now(at(1) + HOUR, 1) == at(1)
    assert steady.now(at(60) + HOUR, 60) == at(60)
    assert steady.is_settling
    assert steady.now(at(61) + HOUR, 61) == at(61) + HOUR
    assert not steady.is_settling
    assert steady.jumped == HOUR


def test_an_hour_ahead_and_back_again_touches_nothing() -> None:
    steady = SteadyTime()
    steady.now(T, 0)
    steady.now(at(1) + HOUR, 1)
    assert steady.now(at(30), 30) == at(30)
    assert steady.now(at(200), 200) == at(200)
    assert steady.jumped == timedelta(0)


def test_an_hour_back_is_believed_after_a_minute() -> None:
    steady = SteadyTime()
    steady.now(T, 0)
    assert steady.now(at(1) - HOUR, 1) == at(1)
    assert steady.now(at(62) - HOUR, 62) == at(62) - HOUR


def test_a_clock_that_will_not_stand_still_is_not_believed() -> None:
    steady = SteadyTime()
    steady.now(T, 0)
    for second in range(1, 300):
        assert steady.now(at(second) + (second % 2 + 1) * HOUR, float(second)) == at(second)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 90), st.sampled_from([0, 3600, -3600])), max_size=12),
    st.lists(st.integers(0, 7200), min_size=1, max_size=10),
)
def test_deadlines_by_a_mark_fall_once_whatever_the_clock_does(
    jumps: list[tuple[int, int]], deadlines: list[int]
) -> None:
    """The way every timer works: a mark of how far one has looked, moved to the time given."""
    steady, mark, fallen, offset, mono = SteadyTime(), T, [], 0, 0
    for length, jump in [*jumps, (int(SETTLE_S) + 8_000, 0)]:
        offset += jump
        for _ in range(0, length, 5):
            mono += 5
            now = steady.now(at(mono + offset), float(mono))
            for deadline in deadlines:
                if mark < at(deadline) <= now:
                    fallen.append(deadline)
            mark = max(mark, now)
    reached = [each for each in deadlines if T < at(each) <= mark]
    assert sorted(fallen) == sorted(reached)
