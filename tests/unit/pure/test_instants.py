"""Instants as whole numbers."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tornvakt.pure.instants import EPOCH, instant, microseconds


@pytest.mark.parametrize(
    "at",
    [EPOCH, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)],
)
def test_an_instant_comes_back_to_the_microsecond(at: datetime) -> None:
    assert instant(microseconds(at)) == at


def test_it_is_the_instant_that_counts_and_not_the_clock_on_the_wall() -> None:
    summer = timezone(timedelta(hours=2))
    at = datetime(2026, 7, 1, 14, 0, tzinfo=summer)
    assert microseconds(at) == microseconds(datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    with pytest.raises(TypeError):
        microseconds(datetime(2026, 7, 1))  # noqa: DTZ001 (naive on purpose)
