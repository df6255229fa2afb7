"""`bench receive`: run the phases, judge them against the targets, print the table."""

import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli.bench import (
    desk,
    killing,
    outlet,
    storm,
    swarm,
    table,
    throughput,
    verifying,
)
from tornvakt.surfaces.cli.bench.bed import Bed, say
from tornvakt.surfaces.cli.bench.subject import DidNotStart
from tornvakt.surfaces.cli.codes import ExitCode, Stop

Phase = Callable[[Bed], list[table.Row]]
PHASES: dict[str, tuple[str, Phase]] = {
    "one": ("en förbindelse", throughput.one_connection),
    "many": ("100 förbindelser: klartext, AES, engångsförbindelser", throughput.many_connections),
    "swarm": ("10 000 larmsändare", swarm.swarm),
    "desk": ("från ram till rad på öppet bord", desk.desk),
    "kill": ("kill -9 under last", killing.killing),
    "verify": ("journal verify", verifying.verifying),
}


def receive(
    quick: Annotated[bool, typer.Option("--quick", help="Kort form, några minuter.")] = False,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help=f"Bara den här mätningen: {', '.join(PHASES)}. Kan upprepas."),
    ] = None,
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät mottagningen mot målen, med skivans egen skrivtid bredvid.

    Slutkoden är 0 när varje mål som gäller på den här skivan är nått.
    """
    return measure(PHASES, only, quick=quick, json=json, write=write, folder=folder)


def storm_(
    quick: Annotated[
        bool, typer.Option("--quick", help="Kort form: 300 larmsändare på sex sekunder.")
    ] = False,
    json: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät ett strömavbrott som tar hela staden: rader i kön, och överfallet mitt i det.

    SQLite, eller den server som TORNVAKT_DATABASE_URL pekar på, i en egen databas som tas bort.
    """
    phases = {"storm": ("3 000 larmsändare utan ström och förbindelse", storm.storm)}
    return measure(phases, None, quick=quick, json=json, write=write, folder=folder)


def measure(
    phases: Mapping[str, tuple[str, Phase]],
    only: list[str] | None,
    *,
    quick: bool,
    json: bool,
    write: bool,
    folder: Path | None,
) -> int:
    """Run phases on one bed, print the table, return the exit code. Raises Stop."""
    wanted = only or list(phases)
    for name in wanted:
        if name not in phases:
            raise Stop(f"mätningen '{name}' finns inte. Välj bland {', '.join(phases)}.")
    bed = Bed(outlet.place(folder, f"bench-{os.getpid()}"), is_quick=quick)
    rows: list[table.Row] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # so that we tidy up
    try:
        for name in wanted:
            title, phase = phases[name]
            say(f"{title} …")
            began = time.monotonic()
            rows += phase(bed)
            say(f"{title}: {time.monotonic() - began:.0f} s")
    except DidNotStart as error:
        words = error.args[0].strip().splitlines() or ["inga ord"]
        raise Stop(f"det som ska mätas startade inte: {words[-1]}", ExitCode.NO) from error
    finally:
        bed.close()
    return outlet.publish(rows, is_quick=quick, json=json, write=write)
