"""Reads stored frames with today's parser and says what would come out differently.

The raw frame is the truth and its reading a matter of version: this is how a corrected code
table or parser shows what it would have changed. Nothing is written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tornvakt.base.inbox.entries import Entry, Kind
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.surfaces.cli import django_door

FIELDS = ("code_system", "code", "qualifier", "kind", "priority", "zone", "area", "user", "text")
BATCH = 500


@dataclass(slots=True)
class Outcome:
    """How many signals were read again, differ, and are not in the database; and the lines."""

    read: int = 0
    different: int = 0
    absent: int = 0
    lines: list[str] = field(default_factory=list)


def compare(data: DataDir, *, after: int = 0) -> Outcome:
    """Compare every signal after an entry number with the stored one."""
    outcome = Outcome()
    with django_door.prepared_database(data.root):
        reader = Reader(data)
        try:
            for entries in _batches(reader, after):
                _compare_batch(entries, outcome)
        finally:
            reader.close()
    return outcome


def _batches(reader: Reader, after: int) -> Iterator[list[Entry]]:
    while entries := reader.after(after, limit=BATCH, kinds=(Kind.SIGNAL,)):
        yield entries
        after = entries[-1].id


def _compare_batch(entries: list[Entry], outcome: Outcome) -> None:
    from tornvakt.domains.alarms.models import Signal
    from tornvakt.domains.alarms.words import as_stored
    from tornvakt.pure.protocols import reading

    ids = [entry.id for entry in entries]
    stored = {
        signal.entry_id: signal
        for signal in Signal.objects.filter(entry_id__in=ids).prefetch_related("events")
    }
    for entry in entries:
        outcome.read += 1
        signal = stored.get(entry.id)
        if signal is None:
            outcome.absent += 1
            continue
        _frame, today = reading.read_raw(entry.raw, entry.plain or None)
        events = sorted(signal.events.all(), key=lambda event: event.position)
        if changes := differences(
            [_picture({name: getattr(event, name) for name in FIELDS}) for event in events],
            [_picture(event) for event in as_stored(today.events)],
        ):
            outcome.different += 1
            outcome.lines += [f"{entry.id:>6}  {entry.account:<8}  {each}" for each in changes]


def _picture(event: Mapping[str, Any]) -> dict[str, str]:
    """Return what is compared of an event, stored or as it would be stored today."""
    return {name: str(event[name] or "") for name in FIELDS}


def differences(stored: list[dict[str, str]], today: list[dict[str, str]]) -> list[str]:
    """Say in Swedish how two readings of one frame differ; nothing when they do not."""
    said = []
    if len(stored) != len(today):
        said.append(f"{len(stored)} händelser lagrade, {len(today)} i dag")
    for number, (old, new) in enumerate(zip(stored, today, strict=False), start=1):
        changes = [
            f"{name}: {old[name]!r} -> {new[name]!r}" for name in old if old[name] != new[name]
        ]
        if changes:
            said.append(f"händelse {number}: " + ", ".join(changes))
    return said
