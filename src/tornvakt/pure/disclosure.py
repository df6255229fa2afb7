"""Which small counts must be hidden, so that no single incident shows through a table.

A count from 1 to 4 is hidden. Where that leaves one hidden count that the sum gives away, the
smallest of the others is hidden too (secondary suppression). Zero is shown: nobody is in it.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

LEAST = 5
Key = TypeVar("Key", bound=Hashable)


def hidden(counts: Mapping[Key, int], *, is_sum_shown: bool = True) -> frozenset[Key]:
    """Return the keys whose counts must not be shown."""
    small = {key for key, count in counts.items() if 0 < count < LEAST}
    if not small or not is_sum_shown:
        return frozenset(small)
    if sum(counts[key] for key in small) >= LEAST and len(small) > 1:
        return frozenset(small)
    others = sorted(
        (key for key, count in counts.items() if key not in small and count > 0),
        key=lambda key: counts[key],
    )
    return frozenset({*small, *others[:1]})


def cut(counts: Mapping[Key, int], *, is_sum_shown: bool = True) -> dict[Key, int | None]:
    """Return the counts with None for those that must be hidden."""
    out = hidden(counts, is_sum_shown=is_sum_shown)
    return {key: None if key in out else count for key, count in counts.items()}
