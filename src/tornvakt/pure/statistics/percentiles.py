"""Exact percentiles and shares, each with how many it is made of.

A percentile is one of the measured values (nearest rank): the smallest one that at least p of a
hundred are not larger than. Nothing is interpolated, so everybody can find the incident it is. What
was not measured is counted by itself and is never zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

LEVELS = (50, 80, 90, 95)
Z95 = 1.959963984540054
"""Of the normal distribution: 95 % lie within so many deviations from the middle."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How measured values lie. The percentiles are None when there is no value at all."""

    n: int
    missing: int
    p50: float | None
    p80: float | None
    p90: float | None
    p95: float | None
    largest: float | None

    @property
    def missing_share(self) -> float | None:
        """Share of all that was not measured, 0 to 1; None when there is nothing."""
        return self.missing / (self.n + self.missing) if self.n + self.missing else None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole with its 95 % interval (Wilson), all 0 to 1; None of nothing."""

    part: int
    whole: int
    value: float | None
    low: float | None
    high: float | None


def nearest_rank(ordered: Sequence[float], level: int) -> float:
    """Return the value at rank ⌈level·n/100⌉ of values in order. Raises ValueError for none."""
    if not ordered or not 0 < level <= 100:
        raise ValueError(level)
    return ordered[-(-level * len(ordered) // 100) - 1]


def spread(values: Iterable[float | None]) -> Spread:
    """Return how values lie; None among them is one that was not measured."""
    given = list(values)
    ordered = sorted(value for value in given if value is not None)
    missing = len(given) - len(ordered)
    if not ordered:
        return Spread(0, missing, None, None, None, None, None)
    p50, p80, p90, p95 = (nearest_rank(ordered, level) for level in LEVELS)
    return Spread(len(ordered), missing, p50, p80, p90, p95, ordered[-1])


def share(part: int, whole: int) -> Share:
    """Return a share with its Wilson interval (Wilson 1927), which holds for few and for all."""
    if whole <= 0:
        return Share(part, whole, None, None, None)
    p, z2 = part / whole, Z95 * Z95
    middle = p + z2 / (2 * whole)
    reach = Z95 * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole))
    below = 1 + z2 / whole
    # At the ends the limits are 0 and 1 exactly; the roots would miss them by a rounding.
    low = 0.0 if part == 0 else max(0.0, (middle - reach) / below)
    high = 1.0 if part == whole else min(1.0, (middle + reach) / below)
    return Share(part, whole, p, low, high)
