"""Percentiles and shares against what they are said to be, worked out the slow way."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure.statistics.percentiles import (
    LEVELS,
    nearest_rank,
    share,
    spread,
)

SECONDS = st.floats(0, 1e6, allow_nan=False)
MEASURED = st.lists(st.none() | SECONDS, max_size=60)


def slowly(values: list[float], level: int) -> float:
    """Return the smallest value that at least ``level`` of a hundred are not larger than."""
    return min(
        value
        for value in values
        if Fraction(sum(each <= value for each in values), len(values)) >= Fraction(level, 100)
    )


@settings(max_examples=60, deadline=None)
@given(MEASURED)
def test_a_percentile_is_one_of_the_values_and_what_is_missing_is_counted(
    given_values: list[float | None],
) -> None:
    known = [value for value in given_values if value is not None]
    found = spread(given_values)
    assert (found.n, found.missing) == (len(known), len(given_values) - len(known))
    shown = (found.p50, found.p80, found.p90, found.p95)
    if not known:
        assert shown == (None,) * 4
        assert found.largest is None
        return
    assert shown == tuple(slowly(known, level) for level in LEVELS)
    assert found.largest == max(known)


def test_ranks_at_the_edges() -> None:
    assert [nearest_rank([1, 2, 3, 4], level) for level in (1, 25, 26, 50, 75, 76, 100)] == [
        1, 1, 2, 2, 3, 4, 4,
    ]  # fmt: skip
    assert spread([7.0]).p95 == 7.0
    assert spread([None, None]).missing_share == 1.0
    assert spread([]).missing_share is None
    for level in (0, 101):
        with pytest.raises(ValueError, match=str(level)):
            nearest_rank([1.0], level)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 400), st.integers(0, 400))
def test_a_share_lies_in_its_interval(one: int, two: int) -> None:
    part, whole = min(one, two), max(one, two)
    found = share(part, whole)
    if whole == 0:
        assert (found.value, found.low, found.high) == (None, None, None)
        return
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_is_wilsons() -> None:
    found = share(9, 10)  # the worked figures of the method's own literature: 0.596 to 0.982
    assert (round(found.low or 0, 3), round(found.high or 0, 3)) == (0.596, 0.982)
    assert (share(0, 5).low, share(5, 5).high) == (0.0, 1.0)
    assert round(share(0, 5).high or 0, 3) == 0.434
