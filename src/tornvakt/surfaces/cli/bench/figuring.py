"""`bench figures`: the page of a month with 45,000 incidents, others behind it.

What is measured is the page a shift leader opens, from the request to the last byte, its charts
drawn; and its files. The incidents are those of `search_filling.py`.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench import outlet, searching
from tornvakt.surfaces.cli.bench.bed import say
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.dialler.outcome import percentile

LIMIT_MS = 2_000
PAGES: Mapping[str, str] = {
    "månadens sida": "/larm/siffror/{month}/",
    "samma med små antal dolda": "/siffror/{month}/",
    "senaste dygnet": "/larm/siffror/?tid=dygn",
    "Excel": "/larm/siffror/{month}.xlsx",
    "PDF": "/larm/siffror/{month}.pdf",
}
JUDGED = ("månadens sida", "samma med små antal dolda", "senaste dygnet")


def figures(
    rows: Annotated[
        int, typer.Option("--rows", metavar="ANTAL", min=100, help="Så många händelser i månaden.")
    ] = 45_000,
    months: Annotated[
        int, typer.Option("--months", metavar="ANTAL", min=2, help="Så många månader i databasen.")
    ] = 13,
    engine: Annotated[
        str, typer.Option("--engine", metavar="MOTOR", help="sqlite eller postgresql.")
    ] = "sqlite",
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät sidan med en månads siffror, med andra månader bakom sig.

    PostgreSQL startas för mätningen och tas bort efteråt, om inte TORNVAKT_DATABASE_URL
    pekar på en server. Slutkoden är 0 när målet är nått.
    """
    if engine not in ("sqlite", "postgresql"):
        raise Stop(f"motorn '{engine}' finns inte. Välj sqlite eller postgresql.")
    place = outlet.place(folder, f"bench-figures-{os.getpid()}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # so that we tidy up
    with searching.database(engine, place):
        measured = _measure(DataDir(place), rows, months)
    is_quick = rows < 45_000 or months < 13
    return outlet.publish(measured, is_quick=is_quick, json=json, write=write)


def _measure(data: DataDir, rows: int, months: int) -> list[Row]:
    now = datetime.now(UTC)
    say(f"{thousands(rows * months)} händelser …")
    searching.prepare(data, rows * months, now=now, days=30 * months)
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from tornvakt.base.access import services as access
    from tornvakt.base.ui import formats
    from tornvakt.pure.months import month_of

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    month = month_of(now, formats.STOCKHOLM).later(-1)
    found: list[Row] = []
    for name, address in PAGES.items():
        role = "controller" if address.startswith("/siffror") else "shift_leader"
        browser = Client()
        browser.force_login(
            access.create_user(username=f"m-{len(found)}", role=role, call_name=name)
        )
        times = []
        for _ in range(8):
            began = time.perf_counter()
            answer = browser.get(address.format(month=month))
            times.append(round((time.perf_counter() - began) * 1_000))
            if answer.status_code != 200:
                raise Stop(f"{name} svarade {answer.status_code}")
        times = sorted(times[1:])  # the first page of a process loads templates and texts
        p95 = percentile(times, 0.95)
        is_judged = name in JUDGED
        found.append(
            Row(
                f"figures_{connection.vendor}",
                f"siffror: {name}, {thousands(rows)} händelser i månaden, {connection.vendor}",
                f"p95 ≤ {thousands(LIMIT_MS)} ms" if is_judged else "–",
                f"p50 {percentile(times, 0.5)} ms, längst {times[-1]} ms",
                p95 <= LIMIT_MS if is_judged else None,
                {"p50_ms": percentile(times, 0.5), "p95_ms": p95},
            )
        )
    return found
