"""The part of a time that no turn covers."""

from datetime import UTC, datetime

import pytest

from tornvakt.pure.cover import Span, gaps


def at(hour: int) -> datetime:
    return datetime(2026, 11, 22, hour, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    return at(start), at(end)


@pytest.mark.parametrize(
    ("turns", "missing"),
    [
        ([], [(8, 20)]),
        ([(8, 20)], []),
        ([(0, 8), (20, 23)], [(8, 20)]),
        ([(8, 12), (12, 20)], []),
        ([(14, 18), (8, 12)], [(12, 14), (18, 20)]),
        ([(6, 10), (9, 15), (11, 12)], [(15, 20)]),
        ([(10, 23)], [(8, 10)]),
    ],
)
def test_what_no_turn_covers(turns: list[tuple[int, int]], missing: list[tuple[int, int]]) -> None:
    assert gaps([span(*each) for each in turns], at(8), at(20)) == [span(*each) for each in missing]
