"""A stretch of time in the inbox: its signals, found without reading all that came before."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.reader import Reader

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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


class _Times(Sequence[datetime]):
    """When each entry of the inbox came, for a search by halves."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._last = reader.last_id()

    def __len__(self) -> int:
        return self._last

    def __getitem__(self, index: int) -> datetime:  # type: ignore[override]
        entry = self._reader.get(index + 1)
        return instant(entry.at_us) if entry else EPOCH


def _first_number(reader: Reader, at: datetime) -> int:
    """Return the number of the first entry that came at ``at`` or later.

    An inbox that goes on after a damaged one begins at a higher number; what is missing below it
    counts as very old.
    """
    return bisect_left(_Times(reader), at) + 1


def instant(microseconds: int) -> datetime:
    """Return an instant of the inbox, UTC."""
    return EPOCH + timedelta(microseconds=microseconds)
