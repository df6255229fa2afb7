"""`simulate panels`.

Many panels at once, and the exit code that says whether every one was answered.
"""

import itertools
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.base.inbox.enrolment import Enrolled, Enrolment
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import options, words
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.dialler.engine import Engine, Plan, allow_many_files
from tornvakt.surfaces.cli.dialler.frames import Maker, accounts
from tornvakt.surfaces.cli.dialler.outcome import Outcome
from tornvakt.surfaces.cli.simulate import choices

_PROGRESS_S = 2.0
_KNOWN_WITHIN_S = 2.0
_CONNECT_S = 5.0
_SILENCE_S = 3.0
"""How long after the end an answer may come, when none has come at all."""


def panels(
    dc09: choices.Dc09Port = choices.DEFAULT_PORT,
    host: choices.Host = "127.0.0.1",
    count: Annotated[int, typer.Option(help="Antal larmsändare.", min=1, max=60_000)] = 10,
    seconds: Annotated[float, typer.Option(help="Så länge sänder de.", min=0.1)] = 10.0,
    key: choices.KeyHex = None,
    rate: Annotated[
        float, typer.Option(help="Händelser per sekund för alla tillsammans; 0: så fort det går.")
    ] = 0.0,
    account: Annotated[str, typer.Option(help="Första kontot; de följande räknas upp.")] = "E000",
    one_shot: Annotated[bool, typer.Option(help="Ny förbindelse för varje händelse.")] = False,
    udp: Annotated[bool, typer.Option(help="Över UDP i stället för TCP.")] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="Skriv först in kontona, med nyckeln, i den här datakatalogen."),
    ] = None,
    acks: Annotated[
        Path | None, typer.Option(help="Skriv de kvitterade händelsernas nummer i den här filen.")
    ] = None,
) -> int:
    """Låt många larmsändare sända inbrottslarm så fort de får kvittens.

    Slutkoden är 0 bara när allt som sändes blev kvitterat. Mot en larmcentral där någon
    arbetar: sätt --rate, annars blir det tusentals larm.
    """
    secret = choices.key(key)
    names = accounts(choices.account(account), count)
    address = (choices.reachable(host, family=socket.AF_INET), dc09)
    if not udp:
        _must_listen(address)
    if data is not None:
        _enrol(options.existing(data), names, key)
    makers = [Maker(name, key=secret) for name in names]
    interval = count / rate if rate > 0 else 0.0
    plan = Plan(
        seconds=seconds,
        interval=interval,
        spread=min(interval, seconds) if rate > 0 else min(count / 2000, seconds / 2),
        one_shot=one_shot,
        udp=udp,
        patience=1.0 if udp else 5.0,
    )
    allow_many_files()
    first = time.time_ns() // 1_000_000 % 1_000_000_000  # texts differ from those of the last run
    progress = _progress(seconds) if sys.stderr.isatty() else None  # a person watches
    began = time.monotonic()

    def tick(outcome: Outcome) -> None:
        if progress:
            progress(outcome)
        # No answer at all and the time is up: there will be none.
        if not outcome.acked and time.monotonic() - began > seconds + _SILENCE_S:
            engine.end()

    engine = Engine(address, makers, plan, numbers=itertools.count(first), on_tick=tick)
    outcome = engine.run()
    if acks is not None:
        outcome.write_acks(acks)
    typer.echo(outcome.summary())
    if not outcome.acked:
        about_key = " med nyckeln (--data skriver in dem)" if key else ""
        typer.echo(
            f"Ingen kvittens. Lyssnar mottagaren på {host}:{dc09}, och är kontona "
            f"{names[0]}–{names[-1]} inskrivna{about_key}? Se ./tornvakt signals --all.",
            err=True,
        )
    return ExitCode.OK if outcome.all_acked else ExitCode.NO


def _enrol(data: DataDir, names: list[str], key: str | None) -> None:
    """Make the receiver know the panels, and wait until it does (it looks every second or so)."""
    enrolment = Enrolment(data)
    try:
        raw = bytes.fromhex(key) if key else None
        enrolment.add_many((Enrolled(name, key=raw) for name in names), replace=True)
    finally:
        enrolment.close()
    time.sleep(_KNOWN_WITHIN_S)


def _must_listen(address: tuple[str, int]) -> None:
    """Raise Stop when nothing has that port: there would be nobody to wait for."""
    try:
        socket.create_connection(address, _CONNECT_S).close()
    except OSError as error:
        host, port = address
        why = f"{host}:{port} går inte att nå: {words.swedish_error(error)}."
        if isinstance(error, ConnectionRefusedError):
            why = f"inget lyssnar på {host}:{port}."
        raise Stop(why, ExitCode.NO) from error


def _progress(seconds: float) -> Callable[[Outcome], None]:
    """Return a function that writes a line now and then."""
    began = time.monotonic()
    last = [began]

    def tick(outcome: Outcome) -> None:
        now = time.monotonic()
        if now - last[0] >= _PROGRESS_S:
            last[0] = now
            done = min(now - began, seconds)
            typer.echo(
                f"  {done:.0f} av {seconds:.0f} s · skickade {outcome.sent} · "
                f"kvitterade {len(outcome.acked)}",
                err=True,
            )

    return tick
