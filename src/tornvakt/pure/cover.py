"""Where somebody is missing: the part of a time that no turn covers.

Every time here is half-open, from its first instant until its last, which is the next one's first.
"""

from collections.abc import Iterable
from datetime import datetime

Span = tuple[datetime, datetime]


def gaps(turns: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """Return what of ``since``-``until`` no turn covers, in order. Turns may overlap and touch."""
    found: list[Span] = []
    covered_to = since
    for start, end in sorted(turns):
        if start >= until:
            break
        if start > covered_to:
            found.append((covered_to, start))
        covered_to = max(covered_to, end)
    if covered_to < until:
        found.append((covered_to, until))
    return found
