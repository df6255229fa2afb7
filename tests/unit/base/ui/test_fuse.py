"""The fristlinje: below its target it runs to the tick, past it the tick moves back."""

import pytest

from tornvakt.base.ui.fuse import Fuse, measure


@pytest.mark.parametrize(
    ("elapsed", "target", "line"),
    [
        (-5, 30, Fuse(0.0, 89.8)),
        (0, 30, Fuse(0.0, 89.8)),
        (41, 90, Fuse(40.9, 89.8)),
        (30, 30, Fuse(89.8, 89.8)),
        (2280, 1800, Fuse(100.0, 78.9)),
    ],
)
def test_line_and_tick(elapsed: float, target: float, line: Fuse) -> None:
    assert measure(elapsed, target) == line
