"""`bench triage`: a day of 6,000 signals carried in, and judged again straight from the inbox.

The day is made for the purpose: 150 invented places with zones, hours and test modes, and what
their panels say drawn by a fixed seed, so that every rule has something to decide. The commands
are run as a person runs them, their start included.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import typer

from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.journal import Journal
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.inbox.reader import Reader
from tornvakt.pure.protocols.dc09.encode import encode
from tornvakt.surfaces.cli import django_door
from tornvakt.surfaces.cli.bench import outlet
from tornvakt.surfaces.cli.bench.bed import say
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.triage import bounds

LIMIT_S = 5.0
PLACES = 150
BATCH = 200
DAY = date(2026, 11, 20)
_SAYS = {
    "RP0": 30, "OP1": 14, "CL1": 14, "BA1": 5, "BR1": 5, "BA2": 4, "BR2": 4, "BC1": 2, "FA5": 1,
    "FR5": 1, "HA6": 0.3, "AT0": 3, "AR0": 3, "BT3": 4, "BJ3": 4, "TA4": 1, "WA7": 1,
}  # fmt: skip
"""What panels say and how often: mostly tests and arming, as on a real day."""
_OTHER_RULES = """\
version = "bench"
cancel_within_s = 30
confirm_within_s = 300
swinger_alarms = 2
runaway_signals = 10
early_opening_priority = 4
"""


def triage(
    signals: Annotated[
        int, typer.Option("--signals", metavar="ANTAL", min=100, help="Så många signaler.")
    ] = 6_000,
    json_: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät en lagrad dag som döms igen, i en databas som tas bort efteråt.

    TORNVAKT_DATABASE_URL väljer motor.

    Slutkoden är 0 när varje mål är nått.
    """
    place = outlet.place(folder, f"bench-triage-{os.getpid()}")
    data = DataDir(place)
    data.create()
    try:
        with own_database("triage"):
            rows = _measure(data, signals)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return outlet.publish(rows, is_quick=signals < 6_000, json=json_, write=write)


def _measure(data: DataDir, signals: int) -> list[Row]:
    django_door.open_it(data.root)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", interactive=False, verbosity=0)
    _register()
    engine = connection.vendor
    say(f"{thousands(signals)} signaler i inkorgen …")
    _fill(data, list(_day(signals)))
    say("in i databasen …")
    slowest, took = _carry_in(data)
    connection.close()
    rules = data.root / "andra.toml"
    rules.write_text(_OTHER_RULES, "utf-8")
    rows = [
        Row(
            f"triage_carry_{engine}",
            f"{thousands(signals)} signaler med triage in i databasen, {BATCH} i taget, {engine}",
            "—",
            f"{took:.1f} s, {signals / took:.0f} signaler/s, långsammast {slowest * 1e3:.0f} ms",
            None,
            {"seconds": took, "slowest_batch_s": slowest},
        )
    ]
    for what, more in (("dagens egna regler", []), ("andra regler", ["--rules", str(rules)])):
        say(f"om igen med {what} …")
        rows.append(_again(data, engine, signals, what, more))
    return rows


def _again(data: DataDir, engine: str, signals: int, what: str, more: list[str]) -> Row:
    command = [
        *(sys.executable, "-m", "tornvakt.surfaces.cli", "triage", "replay", "--json"),
        *("--day", DAY.isoformat(), "--data", str(data.root), *more),
    ]
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, check=False)
    took = time.monotonic() - began
    answer: dict[str, Any] = json.loads(done.stdout or b"{}")
    differences = len(answer.get("differences", []))
    is_right = answer.get("signals") == signals and bool(differences) == bool(more)
    return Row(
        f"triage_replay_{'other' if more else 'own'}_{engine}",
        f"{thousands(signals)} signaler dömda igen ur inkorgen med {what}, {engine}",
        f"≤ {LIMIT_S:.0f} s",
        f"{took:.1f} s med programmets start ({answer.get('seconds', '?')} s utan), "
        f"{thousands(differences)} skillnader",
        took <= LIMIT_S and is_right,
        {"seconds": took, "inside_s": answer.get("seconds", -1), "differences": differences},
    )


def _register() -> None:
    """Make the places: zones in two areas, hours, and a test mode at every tenth."""
    from tornvakt.domains.sites.models import (
        Customer,
        OpeningSchedule,
        Site,
        TestMode,
        Transmitter,
        Zone,
    )

    customer = Customer.objects.create(name="Provkund", is_fictional=True)
    noon = bounds(DAY.isoformat())[0] + timedelta(hours=12)
    week: list[list[list[str]]] = [*([["07:00", "17:00"]] for _ in range(5)), [], []]
    for number in range(PLACES):
        site = Site.objects.create(
            customer=customer, name=f"Provobjekt {number}", number=f"P{number:04}"
        )
        transmitter = Transmitter.objects.create(
            site=site, account=_account(number), expected_test_hours=24
        )
        Zone.objects.bulk_create(
            Zone(transmitter=transmitter, number=str(zone), name=f"Zon {zone}", area=f"{zone % 2}")
            for zone in range(1, 8)
        )
        OpeningSchedule.objects.create(site=site, days=week)
        if number % 10 == 0:
            TestMode.objects.create(
                site=site, starts_at=noon, ends_at=noon + timedelta(hours=2), reason="prov"
            )


def _account(number: int) -> str:
    return f"{0xB000 + number:04X}"


def _day(signals: int) -> Iterator[NewEntry]:
    """Yield the frames of a day, in order. The same every time."""
    dice = random.Random(11)
    since, until = bounds(DAY.isoformat())
    length = (until - since).total_seconds()
    times = sorted(dice.uniform(0, length - 1) for _ in range(signals))
    said, weights = list(_SAYS), list(_SAYS.values())
    account = _account(0)
    for number, second in enumerate(times):
        if dice.random() > 0.3:  # panels say several things in a row
            account = _account(dice.randrange(PLACES))
        (content,) = dice.choices(said, weights)
        at = since + timedelta(seconds=second)
        at_us = int(at.timestamp() * 1e6)
        raw = encode(
            b"SIA-DCS",
            number % 9_999 + 1,
            account,
            f"#{account}|N{content}".encode(),
            time=at_us / 1e6,
        )
        key = number.to_bytes(16, "big")
        yield NewEntry(Kind.SIGNAL, at_us, account, "tcp 127.0.0.1", key, raw, b"", b"")


def _fill(data: DataDir, entries: list[NewEntry]) -> None:
    stored = threading.Semaphore(0)
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        stored.release(len(entries))

    journal: Journal[int] = Journal.open(data, mode="demo", ballast_bytes=0)
    journal.start(
        lambda tickets: stored.release(len(tickets)), lambda _tickets, error: fail(error), fail
    )
    for ticket, entry in enumerate(entries):
        journal.put(entry, ticket)
    for _ in entries:
        stored.acquire()
    journal.close()
    if failures:
        raise failures[0]


def _carry_in(data: DataDir) -> tuple[float, float]:
    """Carry the inbox in; return the longest batch and all of it, in seconds."""
    from tornvakt.domains.alarms import services as alarms
    from tornvakt.surfaces.worker import batches

    reader = Reader(data)
    alarms.adopt(genesis=reader.genesis(), entry_at=reader.get, now=datetime.now(UTC))
    after, slowest, began = 0, 0.0, time.monotonic()
    while entries := reader.after(after, limit=BATCH):
        start = time.monotonic()
        arrivals = [batches.arrival(entry) for entry in entries]
        alarms.take_in_all(arrivals=arrivals, now=datetime.now(UTC))
        slowest = max(slowest, time.monotonic() - start)
        after = entries[-1].id
    reader.close()
    return slowest, time.monotonic() - began
