"""`prove receive`: run the proofs, one table, exit code 1 if any did not hold."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.bench import table
from tornvakt.surfaces.cli.bench.subject import DidNotStart
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.prove import clock, crash, database, disk, power, stuck, wire
from tornvakt.surfaces.cli.prove.ground import Broken, CouldNotRun, Ground, Shown, Verdict

PAGE = options.PROJECT / "docs" / "reference" / "bevis.md"


class Proof(NamedTuple):
    """One promise of the reliability note and the test behind it."""

    promise: str
    run: Callable[[Ground], Shown]
    needs_root: bool = False


PROOFS: dict[str, Proof] = {
    "P1": Proof("kill -9 vid vilket systemanrop som helst", crash.killed_at_system_calls),
    "P2": Proof("strömavbrott (simulerad skiva)", power.power_cut),
    "P2-ext4": Proof("strömavbrott (riktigt filsystem)", power.file_system_cut, needs_root=True),
    "P3": Proof("full skiva och åter", disk.full_and_back),
    "P4": Proof("skivan misslyckas med en spolning", disk.failed_flush),
    "P5": Proof("databasen borta en stund", database.database_away),
    "P6": Proof("klockan hoppar; sommartidsnätterna", clock.clock_jumps),
    "P8": Proof("ACK går förlorad på vägen", wire.cut_before_ack),
    "P9": Proof("uppspelning, förfalskning, nedgradering", wire.forged),
    "P11": Proof("långsamma, stökiga och jättelika klienter", wire.in_the_way),
    "P20": Proof("en post som inte går att föra in", database.poison),
    "P21": Proof("en process som lever men står still", stuck.stopped_processes),
}


class Result(NamedTuple):
    """What came of one proof."""

    name: str
    promise: str
    verdict: Verdict
    done: str
    found: str
    n: int
    seconds: float


def prove(name: str, folder: Path, *, is_long: bool) -> Result:
    """Run one proof and return its result; never raises for what the proof finds."""
    proof = PROOFS[name]
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()

    def result(verdict: Verdict, done: str, found: str, n: int) -> Result:
        took = time.monotonic() - began
        return Result(name, proof.promise, verdict, done, found, n, took)

    try:
        shown = proof.run(Ground(place, is_long))
        return result(Verdict.HOLDS, *(shown.done, shown.found, shown.n))
    except Broken as error:
        return result(Verdict.BROKEN, "", str(error), 0)
    except CouldNotRun as error:
        return result(Verdict.COULD_NOT_RUN, "", f"KUNDE INTE KÖRAS: {error}", 0)
    except DidNotStart as error:
        words = str(error).strip().splitlines() or ["inga ord"]
        return result(Verdict.BROKEN, "", f"mottagaren startade inte: {words[-1]}", 0)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def receive(
    long: Annotated[bool, typer.Option("--long", help="Lång form: omkring en timme.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"Bara det här beviset: {', '.join(PROOFS)}. Kan upprepas."),
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Lägg till tabellen i docs/reference/bevis.md.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(help="Katalog att arbeta i.", show_default="build i projektet"),
    ] = None,
) -> int:
    """Slå sönder mottagningen på alla sätt vi känner till, och räkna vad som gick förlorat.

    Slutkoden är 0 bara när varje bevis som kunde köras höll.
    """
    wanted = only or list(PROOFS)
    for name in wanted:
        if name not in PROOFS:
            raise Stop(f"beviset '{name}' finns inte. Välj bland {', '.join(PROOFS)}.")
    place = (folder or options.PROJECT / "build") / f"prove-{os.getpid()}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # so that we tidy up
    results = []
    try:
        for name in wanted:
            print(f"  {name} {PROOFS[name].promise} …", file=sys.stderr, flush=True)
            found = prove(name, place, is_long=long)
            print(f"    {found.verdict}: {found.found} ({found.seconds:.0f} s)", file=sys.stderr)
            results.append(found)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    text = markdown(results, now=datetime.now(UTC), is_long=long)
    typer.echo(text)
    if write:
        with PAGE.open("a", encoding="utf-8") as page:
            page.write("\n" + text)
    return ExitCode.NO if any(r.verdict is Verdict.BROKEN for r in results) else ExitCode.OK


def markdown(results: list[Result], *, now: datetime, is_long: bool) -> str:
    """Return the table, with a loud line for each proof that could not be run."""
    form = "lång form" if is_long else "kort form"
    counted = sum(r.verdict is Verdict.HOLDS for r in results)
    lines = [
        f"### {now:%Y-%m-%d %H:%M} UTC, {form}: {counted} av {len(results)} bevis håller",
        "",
        table.machine(),
        "",
        "| bevis | löfte | vad som gjordes | resultat | n | tid | utfall |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {r.name} | {r.promise} | {r.done} | {r.found} | {r.n} | {r.seconds:.0f} s | "
        f"{r.verdict} |"
        for r in results
    ]
    missing = [r for r in results if r.verdict is Verdict.COULD_NOT_RUN]
    lines += [f"\n**{r.name} {r.found}. Beviset räknas inte.**" for r in missing]
    return "\n".join(lines) + "\n"
