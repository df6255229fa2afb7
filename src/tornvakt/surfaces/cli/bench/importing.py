"""`./tornvakt bench import`: how long a large register takes to come in, with all its parts.

A workbook is made with so many objects, each with a transmitter, six zones, three keyholders and
opening hours, and goes the whole way of an upload: sealed, read, judged, confirmed, written. Then
it is exported and judged once more, which must find nothing new.
"""

import io
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.codes import ExitCode

TARGET_S = 60.0
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
    longest_lock_s: float
    differences: int

    @property
    def total_s(self) -> float:
        """What a person waits: from the upload to the preview, and from the yes to the end."""
        return self.read_s + self.write_s


def workbook(objects: int) -> bytes:
    """Return an Excel file of invented objects, as a supplier could have written it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    for title, rows in _sheets(objects):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _sheets(objects: int) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    numbers = range(1, objects + 1)
    kinds = ("Grundskola", "Förskola", "Bibliotek", "Bostadsfastighet", "Teknisk anläggning")

    def sites() -> Iterator[list[Any]]:
        yield [
            "Nummer",
            "Kund",
            "Namn",
            "Slag",
            "Adress",
            "Område",
            "Latitud",
            "Longitud",
            "Väg in",
        ]
        for n in numbers:
            point = [56.6 + n / 1e5, 16.3 + n / 1e5]
            yield [
                f"B{n:05}",
                f"Provkund {n % 20}",
                f"Provobjekt {n}",
                kinds[n % 5],
                f"Provgatan {n}",
                f"Område {n % 30}",
                *point,
                "Entré från gården, panel i hallen",
            ]

    def transmitters() -> Iterator[list[Any]]:
        yield ["Objekt", "Konto", "Namn", "Modell", "Provsignal (timmar)"]
        for n in numbers:
            yield [f"B{n:05}", f"B{n:05}", "Centralapparat", "Provmodell 2", 24]

    def zones() -> Iterator[list[Any]]:
        yield ["Konto", "Zon", "Namn", "Delområde", "Larmslag"]
        for n in numbers:
            for zone in range(1, 7):
                yield [
                    f"B{n:05}",
                    str(zone),
                    f"Zon {zone}",
                    "1",
                    "Brand" if zone == 6 else "Inbrott",
                ]

    def keyholders() -> Iterator[list[Any]]:
        yield ["Objekt", "Ordning", "Namn", "Roll", "Telefon", "Tider", "Får avboka"]
        for n in numbers:
            for order in (1, 2, 3):
                phone = f"0980-31 92 {(n + order) % 100:02}"
                yield [
                    f"B{n:05}",
                    order,
                    f"Nyckelhavare {order}",
                    "Vaktmästare",
                    phone,
                    "mån–fre 07:00–16:00",
                    "ja" if order == 1 else "nej",
                ]

    def opening() -> Iterator[list[Any]]:
        days = ["Måndag", "Tisdag", "Onsdag", "Torsdag", "Fredag", "Lördag", "Söndag"]
        yield ["Objekt", *days, "Helgdag"]
        for n in numbers:
            yield [f"B{n:05}", *["07:00–17:00"] * 5, "stängt", "stängt", "stängt"]

    yield "Objekt", sites()
    yield "Sändare", transmitters()
    yield "Zoner", zones()
    yield "Nyckelhavare", keyholders()
    yield "Öppettider", opening()


def measure(objects: int) -> Measured:
    """Take a workbook the whole way in the database that Django is set up for."""
    from django.db import connection

    from tornvakt.base.access.services import create_user
    from tornvakt.domains.sites.services import exporting, importing

    by = create_user(username="importprov", role="shift_leader", call_name="Import")
    file = workbook(objects)
    now = datetime.now(UTC)

    def judged(name: str, data: bytes) -> Any:
        run = importing.take_in(files=[(name, data)], by=by, now=now)
        return importing.examine(import_id=run.pk, now=now)

    run, read_s = _timed(lambda: judged("prov.xlsx", file))
    rows = sum(sum(counts.values()) for counts in run.tallies.values())
    importing.confirm(import_id=run.pk, by=by, now=now)
    locks: list[float] = []
    with connection.execute_wrapper(_watch(locks)):
        _run, write_s = _timed(lambda: importing.carry_out(import_id=run.pk, by=by, now=now))
    out, export_s = _timed(lambda: exporting.as_excel(at=datetime.now(UTC)))
    again, again_s = _timed(lambda: judged("igen.xlsx", out))
    differences = again.fault_count + sum(
        count
        for counts in again.tallies.values()
        for what, count in counts.items()
        if what != "same"
    )
    lock = max(locks) - min(locks) if locks else 0.0
    return Measured(
        connection.vendor, len(file), rows, read_s, write_s, export_s, again_s, lock, differences
    )


def _watch(times: list[float]) -> Callable[..., Any]:
    """Note when writing statements run: between the first and the last others have to wait."""

    def wrap(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        is_write = sql.lstrip()[:6].upper() in ("INSERT", "UPDATE")
        if is_write:
            times.append(time.perf_counter())
        answer = execute(sql, *rest)
        if is_write:
            times.append(time.perf_counter())
        return answer

    return wrap


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


def importing(
    objects: Annotated[
        int, typer.Option("--objects", metavar="ANTAL", min=1, help="Så många objekt.")
    ] = 5000,
) -> int:
    """Importera många larmobjekt i en tom databas och mät. TORNVAKT_DATABASE_URL väljer motor."""
    from django.core.management import call_command
    from django.db import connection

    from tornvakt.surfaces.cli import django_door

    folder = Path(tempfile.mkdtemp(prefix="tornvakt-bench-"))
    try:
        with own_database("import"):
            django_door.open_it(folder)
            call_command("migrate", verbosity=0)
            try:
                found = measure(objects)
            finally:
                connection.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report(objects, found)


def report(objects: int, found: Measured) -> int:
    """Print the figures; exit code 1 for a missed target or a round trip that changed things."""
    size = f"{found.rows} rader, {found.size_bytes / 1e6:.1f} MB"
    print(f"Import av {objects} objekt ({size}) i {found.engine}")
    print(f"  läsa, bedöma, förhandsvisa  {found.read_s:7.1f} s")
    print(f"  bekräfta och skriva         {found.write_s:7.1f} s")
    print(f"    varav andra får vänta     {found.longest_lock_s:7.1f} s")
    print(f"  summa                       {found.total_s:7.1f} s   mål {TARGET_S:.0f} s")
    print(f"  exportera                   {found.export_s:7.1f} s")
    print(f"  läsa exporten igen          {found.again_s:7.1f} s   skillnader: {found.differences}")
    is_good = found.total_s <= TARGET_S and found.differences == 0
    return ExitCode.OK if is_good else ExitCode.NO
