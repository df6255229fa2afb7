"""`bench search`: the search among millions of incidents, each question by itself and all together.

What is measured is the page an operator opens, from the request to the last byte of its HTML, the
entry in the audit log included. The questions are drawn by a fixed seed; every kind is asked as
often as the others. Built by `search_filling.py`, and read into the index by the code of the
service, block by block.
"""

import contextlib
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import django_door
from tornvakt.surfaces.cli.bench import outlet, search_filling
from tornvakt.surfaces.cli.bench.bed import say
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.cluster import Cluster
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.dialler.outcome import percentile

LIMIT_MS = 1_000
SEED = 7
Question = Mapping[str, str]
Drawn = Callable[[random.Random], Question]


def search(
    rows: Annotated[
        int, typer.Option("--rows", metavar="ANTAL", min=1_000, help="Så många händelser.")
    ] = 3_000_000,
    each: Annotated[
        int, typer.Option("--each", metavar="ANTAL", min=5, help="Så många frågor av varje slag.")
    ] = 100,
    engine: Annotated[
        str,
        typer.Option("--engine", metavar="MOTOR", help="sqlite eller postgresql."),
    ] = "sqlite",
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät sökningen bland händelserna: sidan som en operatör öppnar, slag för slag.

    PostgreSQL startas för mätningen och tas bort efteråt, om inte TORNVAKT_DATABASE_URL
    pekar på en server. Slutkoden är 0 när målet är nått.
    """
    if engine not in ("sqlite", "postgresql"):
        raise Stop(f"motorn '{engine}' finns inte. Välj sqlite eller postgresql.")
    place = outlet.place(folder, f"bench-search-{os.getpid()}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # so that we tidy up
    with database(engine, place):
        measured = _measure(DataDir(place), rows, each)
    return outlet.publish(measured, is_quick=rows < 3_000_000, json=json, write=write)


@contextlib.contextmanager
def database(engine: str, place: Path) -> Iterator[None]:
    """Give a data directory, and on PostgreSQL a server when none is named; gone afterwards."""
    data = DataDir(place)
    data.create()
    cluster = None
    url = os.environ.get("TORNVAKT_DATABASE_URL", "")
    try:
        if engine == "postgresql" and not url:
            cluster = Cluster()
            os.environ["TORNVAKT_DATABASE_URL"] = cluster.url
        elif engine == "sqlite":
            os.environ["TORNVAKT_DATABASE_URL"] = ""
        with own_database("search"):
            yield
    finally:
        if cluster is not None:
            cluster.remove()
        shutil.rmtree(place, ignore_errors=True)


def prepare(data: DataDir, rows: int, *, now: datetime, days: int = 730) -> tuple[Any, float]:
    """Migrate and fill; return the town and the seconds it took. Django is set up here."""
    django_door.open_it(data.root)
    from django.core.management import call_command
    from django.db import connection
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  (all of the program is read now, not in an hour)
    call_command("migrate", interactive=False, verbosity=0)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")  # while it is filled
            cursor.execute("PRAGMA wal_autocheckpoint = 1000")
    began = time.monotonic()
    town = search_filling.fill(rows, now=now, days=days)
    return town, time.monotonic() - began


def _measure(data: DataDir, rows: int, each: int) -> list[Row]:
    now = datetime.now(UTC)
    say(f"{thousands(rows)} händelser …")
    town, filling_s = prepare(data, rows, now=now)
    say(f"byggda på {filling_s:.0f} s; läses in i indexet …")
    from django.db import connection

    from tornvakt.domains.incidents import services

    began = time.monotonic()
    while (number := services.build_next_block()) is not None:
        say(f"block {number}")
    indexing_s = time.monotonic() - began
    engine = connection.vendor
    if engine == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()  # the next one flushes as in service
    whole, index = _sizes(data)
    took = _ask(_kinds(town, rows, now), each)
    every = sorted(time_ for times in took.values() for time_ in times)
    found = [
        Row(
            f"search_build_{engine}",
            f"{thousands(rows)} händelser läses in i sökindexet, {engine}",
            "–",
            f"{indexing_s:.0f} s ({rows / indexing_s:.0f} händelser/s); databasen "
            f"{whole / 2**20:.0f} MiB, varav indexet {index / 2**20:.0f} MiB",
            None,
            {
                "indexing_s": indexing_s,
                "filling_s": filling_s,
                "database_bytes": whole,
                "index_bytes": index,
            },
        )
    ]
    found += [_row(engine, name, sorted(times)) for name, times in took.items()]
    found.append(_row(engine, "alla frågor tillsammans", every))
    return found


def _row(engine: str, name: str, times: list[int]) -> Row:
    p95 = percentile(times, 0.95)
    return Row(
        f"search_{engine}",
        f"sök: {name} ({len(times)} frågor), {engine}",
        f"p95 ≤ {thousands(LIMIT_MS)} ms",
        f"p50 {percentile(times, 0.5)} ms, p95 {p95} ms, längst {times[-1]} ms",
        p95 <= LIMIT_MS,
        {"p50_ms": percentile(times, 0.5), "p95_ms": p95, "max_ms": times[-1]},
    )


def _ask(kinds: Mapping[str, Drawn], each: int) -> dict[str, list[int]]:
    """Ask all questions mixed together; return milliseconds by kind."""
    from django.conf import settings
    from django.test import Client

    from tornvakt.base.access.models import User

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    browser = Client()
    browser.force_login(User.objects.get(username="op1"))
    dice = random.Random(SEED)
    questions = [(name, kinds[name](dice)) for name in kinds for _ in range(each)]
    dice.shuffle(questions)
    took: dict[str, list[int]] = {name: [] for name in kinds}
    browser.get("/larm/sok/")  # the first page of a process loads templates and texts
    for name, question in questions:
        began = time.perf_counter()
        answer = browser.get("/larm/sok/", dict(question))
        took[name].append(round((time.perf_counter() - began) * 1_000))
        if answer.status_code != 200:
            raise Stop(f"sidan svarade {answer.status_code} på {dict(question)}")
        has_rows = b'class="list folds found"' in answer.content
        if has_rows is (name in NOTHING):
            raise Stop(f"fel svar på {name}: {dict(question)}")
    return took


NOTHING = ("ingen träff", "vanliga ord som aldrig möts")


def _kinds(town: search_filling.Town, rows: int, now: datetime) -> dict[str, Drawn]:
    """The published mix. Each is a question as somebody types or clicks it."""

    def a_day(dice: random.Random) -> str:
        return (now - timedelta(days=dice.randint(2, 720))).date().isoformat()

    def a_number(dice: random.Random) -> str:
        pk = dice.randint(1, rows)
        opened = now - timedelta(days=730) * (1 - pk / rows)
        return f"{opened.year}-{pk:06d}"

    def a_week(dice: random.Random) -> Question:
        first = now - timedelta(days=dice.randint(9, 720))
        last = first + timedelta(days=6)
        word = dice.choice(["inbrott", "brandlarm", "källaren", "zon"])
        return {"q": word, "fran": first.date().isoformat(), "till": last.date().isoformat()}

    return {
        "sällsynt ord": lambda dice: {"q": dice.choice(town.rare)},
        "vanligt ord (hälften av alla)": lambda _dice: {"q": "inbrott"},
        "två ord": lambda dice: {
            "q": f"inbrott {dice.choice(['källaren', 'gymnastiksal', 'städare', 'fönster'])}"
        },
        "vanligt och sällsynt ord": lambda dice: {"q": f"zon {dice.choice(town.rare)}"},
        "början av ord": lambda dice: {"q": dice.choice(["i", "inb", "gym", "vat", "st", "ång"])},
        "händelsens nummer": lambda dice: {"q": a_number(dice)},
        "bara löpnumret": lambda dice: {"q": str(dice.randint(1, rows))},
        "konto": lambda dice: {"q": dice.choice(town.sites)[2]},
        "objektets namn": lambda dice: {"q": dice.choice(town.sites)[1]},
        "objektets nummer och ett ord": lambda dice: {
            "q": "inbrott", "objekt": dice.choice(town.numbers[: len(town.numbers) // 2])
        },
        "ord och en vecka": a_week,
        "en enda dag": lambda dice: dict.fromkeys(("fran", "till"), a_day(dice)),
        "operatör och resultat": lambda dice: {
            "operator": str(dice.choice(town.operators)), "resultat": "real_police"
        },
        "slag, prioritet och avslutad": lambda dice: {
            "slag": dice.choice(["fire", "holdup"]), "prio": "1", "lage": "avslutad"
        },
        "djupt ned bland vanliga": lambda dice: {
            "q": "inbrott", "fore": str(dice.randint(rows // 10, rows))
        },
        "ingen träff": lambda dice: {"q": f"finns{dice.randint(1, 9)}inte inbrott"},
        "vanliga ord som aldrig möts": lambda _dice: {"q": "inbrott brandlarm överfall"},
    }  # fmt: skip


def _sizes(data: DataDir) -> tuple[int, int]:
    """Return the bytes on disk of the database and of the index in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_database_size(current_database()), "
                "pg_total_relation_size('incidents_posting')"
            )
            whole, index = cursor.fetchone()
            return int(whole), int(index)
        cursor.execute("SELECT sum(length(term) + length(bits) + 40) FROM incidents_posting")
        (index,) = cursor.fetchone()
    return data.main_db.stat().st_size, int(index)
