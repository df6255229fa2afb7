"""Small counts are hidden, and those that a sum would give away."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure.disclosure import LEAST, cut, hidden


def test_small_ones_are_hidden_and_one_more_where_the_sum_tells() -> None:
    assert cut({"a": 20, "b": 3, "c": 9, "d": 0}) == {"a": 20, "b": None, "c": None, "d": 0}
    assert cut({"a": 20, "b": 3, "c": 4}) == {"a": 20, "b": None, "c": None}
    assert cut({"a": 20, "b": 3}, is_sum_shown=False) == {"a": 20, "b": None}
    assert cut({"a": 20, "b": 5}) == {"a": 20, "b": 5}
    assert cut({"a": 20, "b": 1, "c": 1, "d": 8}) == {"a": 20, "b": None, "c": None, "d": None}


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(), st.integers(0, 30), max_size=8))
def test_what_is_hidden_cannot_be_worked_out_of_the_sum(counts: dict[int, int]) -> None:
    out = hidden(counts)
    assert all(not 0 < counts[key] < LEAST for key in counts.keys() - out)
    lost = sum(counts[key] for key in out)
    positive = [key for key, count in counts.items() if count > 0]
    # One alone is hidden only where there is no other to hide it behind.
    assert len(out) != 1 or len(positive) == 1
    assert not out or lost >= LEAST or len(out) == len(positive)
