"""`simulate alarm`: one alarm of one's own."""

import asyncio
import random
from typing import Annotated

import typer

from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.dialler.panel import (
    Habits,
    NoAnswer,
    NothingListens,
    NotUnderstood,
    Panel,
)
from tornvakt.surfaces.cli.simulate import choices, reports


class BadCode(Refusal):
    """Neither a DC-03 code (two letters) nor a contact ID code (three digits)."""


def alarm(
    account: Annotated[str, typer.Option(help="Kontot larmet kommer från.")] = "8801",
    code: Annotated[
        str,
        typer.Option(help="SIA-kod (BA inbrott, FA brand, PA överfall) eller CID (130)."),
    ] = "BA",
    zone: Annotated[int, typer.Option(help="Zon.", min=0, max=999)] = 1,
    text: Annotated[str, typer.Option(help="Fritext som sändaren skickar med.")] = "",
    dc09: choices.Dc09Port = choices.DEFAULT_PORT,
    host: choices.Host = "127.0.0.1",
    key: choices.KeyHex = None,
    udp: Annotated[bool, typer.Option(help="Över UDP i stället för TCP.")] = False,
    patience: Annotated[float, typer.Option(help="Vänta så många sekunder på kvittens.")] = 20.0,
) -> None:
    """Sänd ett eget larm och vänta på kvittensen."""
    name = choices.account(account)
    token, data = block(name, code, zone, text)
    panel = Panel(
        (choices.reachable(host), dc09),
        name,
        key=choices.key(key),
        habits=Habits(
            transport="udp" if udp else "tcp",
            persistent=False,
            answer_within=3.0,
            ends_when_refused=True,
        ),
        sequence=random.randrange(9999),  # the same alarm once more must not look like a repeat
    )
    try:
        done = asyncio.run(panel.send(data, token=token, patience=patience))
    except NothingListens as refusal:
        raise Stop(str(refusal), ExitCode.NO) from refusal
    except (NoAnswer, NotUnderstood) as refusal:
        why = "Fel nyckel, eller ett okänt konto?" if key else "Har kontot en nyckel (--key)?"
        line = f"{refusal} {why} Se ./tornvakt signals --all."
        raise Stop(line, ExitCode.NO) from refusal
    took = f"{done.latency_ns / 1e6:.1f}".replace(".", ",")
    typer.echo(f"kvitterat på {took} ms: {data.decode()}")


def block(account: str, code: str, zone: int, text: str) -> tuple[str, bytes]:
    """Return token and data for a code of either table; raises BadCode."""
    if len(code) == 3 and code.isdigit():
        return "ADM-CID", reports.contact_id(account, code, zone, is_restore=False)
    if len(code) == 2 and code.isalpha() and code.isascii():
        clean = text.translate({ord(c): " " for c in "[]|^\r\n"})
        return "SIA-DCS", reports.sia(account, code.upper(), zone, clean)
    raise BadCode(f"'{code}' är ingen larmkod: skriv två bokstäver (BA) eller tre siffror (130).")
