"""`bench race`: fifty operators reach for the same incident at the same time, two hundred times.

The product runs as its users run it; each client signs in with a password, keeps a connection open
and sends the form that the key T sends. One wins each incident, everybody else is told who did and
when. On SQLite; on the server of TORNVAKT_DATABASE_URL, in a database of its own, when that is set.
"""

import asyncio
import json as as_json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench import outlet, run
from tornvakt.surfaces.cli.bench.bed import Bed, say
from tornvakt.surfaces.cli.bench.house import House
from tornvakt.surfaces.cli.bench.own_database import own_database
from tornvakt.surfaces.cli.bench.racers import PASSWORD, username
from tornvakt.surfaces.cli.bench.runner import Answer, NotLetIn, Runner
from tornvakt.surfaces.cli.bench.subject import DidNotStart
from tornvakt.surfaces.cli.bench.table import Row
from tornvakt.surfaces.cli.dialler.outcome import percentile

CLIENTS = 50
INCIDENTS = 200
TOLD_S = 0.3
OK, CONFLICT = 200, 409


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of the race."""

    decided: int
    """Incidents with exactly one winner, who is also the one the database has."""
    told: int
    """Losers who were told the winner's name and the time."""
    losers: int
    after_s: Sequence[float]
    """How long each loser waited to be told, ascending."""
    winner_of_slowest_s: float
    """How long the winner waited in the round with the longest wait: until it was on the disk, so
    long nobody could be told."""


@dataclass(frozen=True, slots=True)
class Used:
    """Processor time of the whole race: the clients run beside the house they measure."""

    house_s: float
    clients_s: float


def race_(
    quick: Annotated[bool, typer.Option("--quick", help="Kort form: tio händelser.")] = False,
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät när 50 operatörer tar samma händelse samtidigt: en vinner, de andra får veta vem.

    SQLite, eller den server som TORNVAKT_DATABASE_URL pekar på, i en egen databas som tas bort.
    """
    phases: dict[str, tuple[str, run.Phase]] = {
        "race": (f"{CLIENTS} operatörer om samma händelse", race)
    }
    return run.measure(phases, None, quick=quick, json=json, write=write, folder=folder)


def race(bed: Bed) -> list[Row]:
    """Run the race and judge it."""
    count = int(bed.length(INCIDENTS, 10))
    data = bed.data("race")
    with own_database("race") as engine, House(data, is_demo=False) as house:
        numbers = _ask(data, str(CLIENTS), str(count)).split()
        try:
            runners = [Runner(house.url, username(n), PASSWORD) for n in range(CLIENTS)]
        except (NotLetIn, OSError) as error:
            raise DidNotStart(f"ingen inloggning: {error}") from error
        say(f"{len(runners)} inloggade, {len(numbers)} händelser")
        house_s, clients_s = house.cpu_s(), time.process_time()
        rounds = asyncio.run(_run(runners, numbers))
        used = Used(house.cpu_s() - house_s, time.process_time() - clients_s)
        owners = {
            n: (who, times) for n, (who, times) in as_json.loads(_ask(data, "outcome")).items()
        }
    others = Counter(a.status for each in rounds.values() for a in each)
    say("svar: " + ", ".join(f"{status} × {number}" for status, number in sorted(others.items())))
    return _rows(judge(rounds, owners), used, engine, count)


async def _run(runners: Sequence[Runner], numbers: Sequence[str]) -> dict[str, list[Answer]]:
    await asyncio.gather(*(runner.connect() for runner in runners))
    rounds = {}
    for number in numbers:
        rounds[number] = await asyncio.gather(*(runner.take(number) for runner in runners))
    for runner in runners:
        runner.close()
    return rounds


def judge(
    rounds: Mapping[str, Sequence[Answer]], owners: Mapping[str, tuple[str, int]]
) -> Judgement:
    """Return what came of the race; ``owners``: who has each incident, and the lines saying so."""
    decided = told = losers = 0
    waits = []
    slowest = (0.0, 0.0)
    for number, answers in rounds.items():
        winners = [answer for answer in answers if answer.status == OK]
        beaten = [answer for answer in answers if answer.status != OK]
        owner, times = owners.get(number, ("", 0))
        losers += len(beaten)
        told += sum(
            answer.status == CONFLICT and answer.by == owner != "" and bool(answer.at)
            for answer in beaten
        )
        waits += [answer.after_s for answer in beaten]
        decided += len(winners) == 1 == times and owner != ""
        longest = max((answer.after_s for answer in beaten), default=0.0)
        slowest = max(slowest, (longest, max((w.after_s for w in winners), default=0.0)))
    return Judgement(decided, told, losers, sorted(waits), slowest[1])


def _rows(found: Judgement, used: Used, engine: str, count: int) -> list[Row]:
    house, clients = (round(seconds / count * 1000) for seconds in (used.house_s, used.clients_s))
    ms = [round(seconds * 1000) for seconds in found.after_s]
    slowest = found.after_s[-1] if found.after_s else float("inf")
    return [
        Row(
            "race_winner",
            f"{CLIENTS} klienter × {count} händelser, {engine}",
            "en vinnare var; varje förlorare får veta vem och när",
            f"{found.decided} av {count} avgjorda, {found.told} av {found.losers} fick veta",
            found.decided == count and found.told == found.losers == count * (CLIENTS - 1),
            {"decided": found.decided, "told": found.told, "losers": found.losers},
        ),
        Row(
            "race_told",
            f"från tangent till besked för den som förlorar, {engine}",
            f"≤ {TOLD_S * 1000:.0f} ms",
            f"p50 {percentile(ms, 0.5)} ms, p95 {percentile(ms, 0.95)} ms, "
            f"p99 {percentile(ms, 0.99)} ms, längst {round(slowest * 1000)} ms (vinnaren i "
            f"den omgången: {round(found.winner_of_slowest_s * 1000)} ms); processortid per "
            f"händelse: huset {house} ms, de {CLIENTS} klienterna på samma dator {clients} ms",
            slowest <= TOLD_S,
            {
                "p50_ms": percentile(ms, 0.5),
                "p95_ms": percentile(ms, 0.95),
                "p99_ms": percentile(ms, 0.99),
                "max_ms": round(slowest * 1000),
                "winner_then_ms": round(found.winner_of_slowest_s * 1000),
                "house_cpu_ms": house,
                "clients_cpu_ms": clients,
            },
        ),
    ]


def _ask(data: DataDir, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "tornvakt.surfaces.cli.bench.racers", str(data.root), *arguments],
        env={**os.environ, "TORNVAKT_MODE": "ovning"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        raise DidNotStart(done.stderr[-1500:] or "loppet gick inte att ordna")
    return done.stdout
