"""What the forwarder carries in at a time: how much, and what was read from the bytes."""

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.domains.alarms import services as alarms
from tornvakt.pure.protocols.reading import read_raw

BATCH_BYTES = 48 * 1024
"""A batch ends here if its frames are long: they may hold fifty events each, and the next
hold-up waits for the batch that is being carried."""


def short_enough(entries: list[Entry]) -> list[Entry]:
    """Return the first of them that are a batch: at least one."""
    size = 0
    for count, entry in enumerate(entries):
        size += len(entry.raw)
        if size > BATCH_BYTES and count:
            return entries[:count]
    return entries


def arrival(entry: Entry) -> alarms.Arrival:
    """Return an entry with what its bytes say."""
    if entry.kind != Kind.SIGNAL:
        return alarms.Arrival(entry)
    frame, reading = read_raw(entry.raw, entry.plain or None)
    if frame is None:
        return alarms.Arrival(entry, reading)
    return alarms.Arrival(
        entry,
        reading,
        token=frame.token.decode("ascii", "replace"),
        sequence=frame.sequence.decode("ascii", "replace"),
    )
