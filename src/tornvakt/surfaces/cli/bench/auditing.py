"""`bench audit`: a million entries on each database, verified whole and forged in every way."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench import outlet
from tornvakt.surfaces.cli.bench.audit_forging import FORGERIES, Database, Forgery
from tornvakt.surfaces.cli.bench.bed import say
from tornvakt.surfaces.cli.bench.table import Row, thousands
from tornvakt.surfaces.cli.cluster import Cluster, NoCluster
from tornvakt.surfaces.cli.codes import ExitCode, Stop

SHORTEST_S = 10.0
"""In the short form the verifier's own start is what takes the time."""
LIMIT_S = 60.0
"""For a million entries, each forgery too."""
ENGINES = ("sqlite", "postgresql")


def audit(
    rows: Annotated[
        int, typer.Option("--rows", metavar="ANTAL", min=10_000, help="Så många poster.")
    ] = 1_000_000,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Bara den här: sqlite eller postgresql.")
    ] = None,
    json_: outlet.Json = False,
    write: outlet.Write = False,
    folder: outlet.Folder = None,
) -> int:
    """Mät granskningsloggens kontroll, och pröva att varje sorts ingrepp pekas ut.

    Slutkoden är 0 när varje mål är nått.
    """
    wanted = only or list(ENGINES)
    for name in wanted:
        if name not in ENGINES:
            raise Stop(f"databasen '{name}' finns inte. Välj bland {', '.join(ENGINES)}.")
    place = outlet.place(folder, f"bench-audit-{os.getpid()}")
    found: list[Row] = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(ExitCode.INTERRUPTED))  # so that we tidy up
    try:
        for name in wanted:
            data = DataDir(place / name)
            data.create()
            with _database(name, data) as there:
                found += _measure(name, there, rows, place)
            shutil.rmtree(data.root)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return outlet.publish(found, is_quick=rows < 1_000_000, json=json_, write=write)


@contextmanager
def _database(name: str, data: DataDir) -> Iterator[Database]:
    if name == "sqlite":
        yield Database(data, "")
        return
    try:
        cluster = Cluster()
    except NoCluster as error:
        raise Stop(str(error), ExitCode.MISSING) from error
    try:
        yield Database(data, cluster.url)
    finally:
        cluster.remove()


def _measure(name: str, there: Database, rows: int, place: Path) -> list[Row]:
    say(f"{name}: fyller på {rows} poster …")
    took = _fill(there, rows)
    say(f"{name}: skrivna på {took['writing']:.0f} s, numrerade på {took['numbering']:.0f} s")
    seconds, cpu, code, said = _verify(there, None)
    checkpoints = re.search(r"Kontrollpunkter: ([\d\s]+)", said)
    say(f"{name}: kontrollerade på {seconds:.1f} s, slutkod {code}")
    limit = max(LIMIT_S * rows / 1_000_000, SHORTEST_S)
    result = [
        Row(
            "audit",
            f"`audit verify` på {name}, {thousands(rows)} poster",
            "≤ 60 s för en miljon",
            f"{seconds:.1f} s varav {cpu:.1f} s processortid, "
            f"{checkpoints[1].strip() if checkpoints else '?'} kontrollpunkter",
            code == 0 and seconds <= limit,
            {"rows": rows, "seconds": seconds, "cpu_s": cpu, "exit_code": code, **took},
        )
    ]
    for forgery in FORGERIES:
        result.append(_forge(name, there, forgery, place, limit))
        say(f"{name}: {forgery.name}: {result[-1].measured}")
    return result


def _fill(there: Database, rows: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tornvakt.surfaces.cli.bench.audit_filling", str(rows)],
        env=_environment(there), stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise Stop("loggen gick inte att fylla; se felet ovan.", ExitCode.NO)
    took: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return took


def _forge(name: str, there: Database, forgery: Forgery, place: Path, limit: float) -> Row:
    """Tamper with a copy; see whether the verifier refuses and names what was done, in time."""
    kept = place / "kept.log"
    with _copy(there, place) as forged:
        words = forgery.act(forged, kept)
        silent = _verify(forged, None)[2] if forgery.needs_copy else 0
        seconds, cpu, code, said = _verify(forged, kept if forgery.needs_copy else None)
    is_named = code == 1 and silent == 0 and all(word in said for word in words)
    return Row(
        "audit",
        f"{forgery.name} ({name})",
        "utpekad, ≤ 60 s",
        f"{'utpekad' if is_named else 'MISSAD'} på {seconds:.1f} s varav {cpu:.1f} s processortid",
        is_named and seconds <= limit,
        {"seconds": seconds, "cpu_s": cpu, "exit_code": code, "said": _first_problem(said)},
    )


@contextmanager
def _copy(there: Database, place: Path) -> Iterator[Database]:
    data = DataDir(place / "forged")
    shutil.copytree(there.data.root, data.root)
    if not there.url:
        try:
            yield Database(data, "")
        finally:
            shutil.rmtree(data.root)
        return
    import psycopg

    name = "forged"
    admin_url = f"{there.url.rsplit('/', 1)[0]}/template1"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE postgres".encode())
    try:
        yield Database(data, f"{there.url.rsplit('/', 1)[0]}/{name}")
    finally:
        with psycopg.connect(admin_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        shutil.rmtree(data.root)


def _verify(there: Database, copy: Path | None) -> tuple[float, float, int, str]:
    """Return seconds by the clock, the verifier's own seconds of processor, exit code, words."""
    command = [sys.executable, "-m", "tornvakt_verify.audit", str(there.data.root)]
    command += ["--checkpoints", str(copy)] if copy else []
    began, busy = time.perf_counter(), _processor()
    done = subprocess.run(
        command, env=_environment(there), capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    return took, _processor() - busy, done.returncode, done.stdout + done.stderr


def _processor() -> float:
    """Return what our ended children have used: on a busy machine the clock says little."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _first_problem(said: str) -> str:
    return next((line.strip(" -") for line in said.splitlines() if line.startswith("  - ")), "")


def _environment(there: Database) -> dict[str, str]:
    return {
        **os.environ,
        "TORNVAKT_DATA": str(there.data.root),
        "TORNVAKT_DATABASE_URL": there.url,
        "TORNVAKT_LOG_LEVEL": "ERROR",
    }
