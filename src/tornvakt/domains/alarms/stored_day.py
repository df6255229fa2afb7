"""A stretch of time in the inbox: its signals, found without reading all that came before."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.reader import Reader
from tornvakt.pure.instants import EPOCH, instant

MARGIN = timedelta(minutes=5)
"""Entries of connections that ran side by side, or around a jump of the clock, are not in order."""
READ_AT_ONCE = 1_000


def signals_between(reader: Reader, first: datetime, until: datetime) -> Iterator[Entry]:
    """Yield the signals of a time, in the order the forwarder carried them in."""
    after = _first_number(reader, first - MARGIN) - 1
    while entries := reader.after(after, limit=READ_AT_ONCE, kinds=(Kind.SIGNAL,)):
        for entry in entries:
            at = instant(entry.at_us)
            if at >= until + MARGIN:
                return
            if first <= at < until:
                yield entry
        after = entries[-1].id


def _first_number(reader: Reader, at: datetime) -> int:
    """Return the number of the first entry that came at ``at`` or later.

    An inbox that goes on after a damaged one begins at a higher number; what is missing below it
    counts as very old.
    """

    def came_at(number: int) -> datetime:
        entry = reader.get(number)
        return instant(entry.at_us) if entry else EPOCH

    return bisect_left(range(1, reader.last_id() + 1), at, key=came_at) + 1
