"""`./tornvakt bench import`: how long a large register takes to come in, with all its parts.

The workbook of `register_file` goes the whole way of an upload: sealed, read, judged, confirmed,
written. Beside it a neighbour writes every 50 ms, because among those who wait are the alarms. Then
the register is exported and judged once more, which must find nothing new, and all of it is changed
by a second import.
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from tornvakt.surfaces.cli import django_door
from tornvakt.surfaces.cli.bench import neighbour, outlet
from tornvakt.surfaces.cli.bench.bed import say
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.register_file import workbook
from tornvakt.surfaces.cli.bench.table import Row, thousands

TARGET_S = 60.0
LONGEST_WAIT_S = 1.0
"""So long may another write wait: a P1 has 2 s from the wire to the desk."""
FULL = 5000
T = TypeVar("T")


@dataclass(slots=True)
class Measured:
    """Seconds of each part, and what came of it."""

    engine: str
    size_bytes: int
    rows: int
    read_s: float
    write_s: float
    export_s: float
    again_s: float
    differences: int
    change_s: float
    """From the yes to the end when every object and zone is another than it was."""

    @property
    def total_s(self) -> float:
        """What a person waits: from the upload to the preview, and from the yes to the end."""
        return self.read_s + self.write_s


def importing(
    objects: Annotated[
        int, typer.Option("--objects", metavar="ANTAL", min=1, help="Så många objekt.")
    ] = FULL,
    json_: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät importen av många larmobjekt, och hur länge andra får vänta på databasen.

    I en tom databas som tas bort efteråt. TORNVAKT_DATABASE_URL väljer motor.

    Slutkoden är 0 när varje mål är nått.
    """
    place = outlet.place(folder, f"bench-import-{os.getpid()}")
    place.mkdir(mode=0o700, parents=True)
    try:
        with own_database("import"):
            django_door.open_it(place)
            from django.core.management import call_command
            from django.db import connection

            call_command("migrate", interactive=False, verbosity=0)
            try:
                with neighbour.writing(place) as waits:
                    found = measure(objects)
            finally:
                connection.close()
    finally:
        shutil.rmtree(place, ignore_errors=True)
    rows = as_rows(objects, found, waits)
    return outlet.publish(rows, is_quick=objects < FULL, json=json_, write=write)


def measure(objects: int) -> Measured:
    """Take a workbook the whole way in the database that Django is set up for."""
    from django.db import connection

    from tornvakt.base.access.services import create_user
    from tornvakt.domains.sites.services import exporting, importing

    by = create_user(username="importprov", role="shift_leader", call_name="Import")

    def judged(name: str, data: bytes) -> Any:
        now = datetime.now(UTC)
        run = importing.take_in(files=[(name, data)], by=by, now=now)
        return importing.examine(import_id=run.pk, now=now)

    def carried_out(run: Any) -> Any:
        now = datetime.now(UTC)
        importing.confirm(import_id=run.pk, by=by, now=now)
        return importing.carry_out(import_id=run.pk, by=by, now=now)

    file = workbook(objects)
    say(f"{thousands(objects)} objekt läses och bedöms …")
    run, read_s = _timed(lambda: judged("prov.xlsx", file))
    rows = sum(sum(counts.values()) for counts in run.tallies.values())
    say("skrivs …")
    _run, write_s = _timed(lambda: carried_out(run))
    say("exporteras och bedöms igen …")
    out, export_s = _timed(lambda: exporting.as_excel(at=datetime.now(UTC)))
    again, again_s = _timed(lambda: judged("igen.xlsx", out))
    differences = again.fault_count + sum(
        count
        for counts in again.tallies.values()
        for what, count in counts.items()
        if what != "same"
    )
    say("allt ändras …")
    other = judged("annat.xlsx", workbook(objects, renamed=True))
    _run, change_s = _timed(lambda: carried_out(other))
    engine = connection.vendor
    times = (read_s, write_s, export_s, again_s)
    return Measured(engine, len(file), rows, *times, differences, change_s)


def as_rows(objects: int, found: Measured, waits: neighbour.Waits) -> list[Row]:
    """Return the figures with their targets."""
    what = f"{thousands(objects)} objekt ({thousands(found.rows)} rader), {found.engine}"
    return [
        Row(
            f"import_{found.engine}",
            f"import av {what}",
            f"≤ {TARGET_S:.0f} s",
            f"{found.total_s:.1f} s (läsa och bedöma {found.read_s:.1f} s, "
            f"skriva {found.write_s:.1f} s)",
            found.total_s <= TARGET_S,
            {"read_s": found.read_s, "write_s": found.write_s, "size_bytes": found.size_bytes},
        ),
        Row(
            f"import_wait_{found.engine}",
            f"längsta väntan för en annan skrivning under importerna, {found.engine}",
            f"≤ {LONGEST_WAIT_S:.0f} s",
            f"{waits.longest_s * 1e3:.0f} ms av {thousands(waits.count)} skrivningar",
            waits.longest_s <= LONGEST_WAIT_S,
            {"longest_s": waits.longest_s, "writes": waits.count},
        ),
        Row(
            f"import_again_{found.engine}",
            f"export och bedömning av exporten, {found.engine}",
            "inga skillnader",
            f"{found.export_s:.1f} s och {found.again_s:.1f} s, "
            f"{thousands(found.differences)} skillnader",
            found.differences == 0,
            {
                "export_s": found.export_s,
                "again_s": found.again_s,
                "differences": found.differences,
            },
        ),
        Row(
            f"import_change_{found.engine}",
            f"import som ändrar varje objekt och zon, från ja till slut, {found.engine}",
            "—",
            f"{found.change_s:.1f} s",
            None,
            {"seconds": found.change_s},
        ),
    ]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun
