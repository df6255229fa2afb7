"""Fills an audit log through its own code: a process of its own, for one database.

`python -m tornvakt.surfaces.cli.bench.audit_filling ROWS`, with TORNVAKT_DATA and, for PostgreSQL,
TORNVAKT_DATABASE_URL set. Prints one JSON object: seconds for writing and for numbering.
"""

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import django_door

AT_ONCE = 10_000
A_MINUTE = 500
"""Entries between two checkpoints: a centre that writes and reads eight things a second."""
ACTIONS = ("incident.show", "incident.take", "incident.step", "site.show", "alarm.queue")
START = datetime(2026, 1, 1, tzinfo=UTC)


def main(rows: int) -> None:
    """Make the tables and fill them."""
    django_door.open_it()
    from django.conf import settings
    from django.core.management import call_command

    from tornvakt.base.audit.sequencer import Sequencer

    data = DataDir(Path(settings.DATA))
    data.create()
    call_command("migrate", interactive=False, verbosity=0)
    sequencer = Sequencer(data)
    sequencer.step(now=START)
    took = {"writing": 0.0, "numbering": 0.0}
    for first in range(0, rows - 1, AT_ONCE):
        began = time.perf_counter()
        _write(range(first, min(first + AT_ONCE, rows - 1)))
        took["writing"] += time.perf_counter() - began
        began = time.perf_counter()
        _number(sequencer, START + timedelta(minutes=first // A_MINUTE))
        took["numbering"] += time.perf_counter() - began
    sequencer.close()
    print(json.dumps(took))


def _write(numbers: range) -> None:
    """Store entries as `log.wrote` makes them, many in one statement to save the bench's time."""
    from django.db import transaction

    from tornvakt.base.audit import canonical
    from tornvakt.base.audit.models import Entry
    from tornvakt.pure.instants import microseconds

    at_us = microseconds(START)
    with transaction.atomic():
        Entry.objects.bulk_create(
            Entry(
                at_us=at_us + number * 300_000,
                kind="wrote" if number % 3 else "read",
                action=ACTIONS[number % 5],
                actor=number % 40 + 1,
                roles="operator" if number % 7 else "operator shift_leader",
                room="LARM",
                on_kind="incident" if number % 5 < 3 else "site",
                on_id=f"2026-{number // 9:06d}",
                purpose="",
                result="ok",
                count=0 if number % 3 else 1,
                params=canonical.params_text({"step": number % 12}) if number % 3 else "{}",
                request=f"{number:016x}",
            )
            for number in numbers
        )


def _number(sequencer: object, now: datetime) -> None:
    from tornvakt.base.audit import numbering
    from tornvakt.base.audit.sequencer import Sequencer

    assert isinstance(sequencer, Sequencer)
    minute = 0
    while numbering.number_waiting(A_MINUTE):
        sequencer.seal(now=now + timedelta(minutes=minute))
        minute += 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
