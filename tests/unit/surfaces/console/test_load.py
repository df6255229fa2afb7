"""The spark of the bar."""

from tornvakt.surfaces.console.load import bars


def test_bars_stand_on_the_line_and_the_tallest_fills_the_height() -> None:
    drawn = bars([0, 2, 8])
    assert [bar["h"] for bar in drawn] == [1, 8, 33]
    assert all(bar["y"] + bar["h"] == 34 for bar in drawn)
    assert bars([1] * 12)[0]["h"] == 8  # one alarm does not look like a full house
