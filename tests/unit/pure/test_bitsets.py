"""Sets of numbers come back as they were put in, however they are stored."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornvakt.pure import bitsets

NUMBERS = st.sets(st.integers(0, bitsets.SIZE - 1), max_size=200)
MANY = set(range(3, bitsets.SIZE, 11))


@settings(max_examples=40, deadline=None)
@given(NUMBERS, NUMBERS, st.booleans())
def test_joined_cut_and_stored_again(one: set[int], two: set[int], is_large: bool) -> None:
    first, second = one | MANY if is_large else one, two
    stored = bitsets.packed(first), bitsets.packed(second)
    assert bitsets.as_list(stored[0]) == sorted(first)
    both = bitsets.union(stored)
    assert list(bitsets.from_the_top(both)) == sorted(first | second, reverse=True)
    assert bitsets.as_list(bitsets.from_map(both)) == sorted(first | second)
    cut = bitsets.as_map(stored[0]) & bitsets.below(500)
    assert list(bitsets.from_the_top(cut)) == sorted(
        (number for number in first if number < 500), reverse=True
    )


def test_the_smaller_form_is_kept() -> None:
    assert len(bitsets.packed(range(4095))) == 8190
    assert len(bitsets.packed(range(4096))) == 8192
    assert len(bitsets.packed(range(bitsets.SIZE))) == 8192
    assert bitsets.packed([]) == b""
    assert bitsets.union([]) == 0
    with pytest.raises(OverflowError):
        bitsets.packed([bitsets.SIZE])
