"""`./tornvakt journal`: is the inbox whole, and would we read it the same way today?"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode

app = options.plain("Inkorgen: kontrollera att ingenting ändrats, eller läs om gamla ramar.")


@app.command(
    help="Kontrollera varje rad i inkorgen med ett fristående program. Slutkod 1: något är skadat."
)
def verify(
    data: options.Data = options.DEFAULT_DATA,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            metavar="FIL",
            help="Jämför med en kopia av checkpoints.log som förvaras på annat håll.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON.")] = False,
) -> int:
    """Run the verifier as a process of its own: it shares no code with what wrote the rows.

    A missing inbox is for it to judge as soon as there is a receiver's folder: was there one?
    """
    root = _with_receiver(data)
    command = [sys.executable, "-m", "tornvakt_verify", str(root)]
    command += ["--checkpoints", str(checkpoints)] if checkpoints else []
    command += ["--json"] if as_json else []
    return subprocess.run(command, check=False).returncode


@app.command(
    "set-aside",
    help="Lägg undan en inkorg som inte går att öppna, till exempel när förseglingsnyckeln är "
    "förlorad. Inget raderas; nästa start börjar en ny inkorg på nästa nummer.",
)
def set_aside(data: options.Data = options.DEFAULT_DATA) -> int:
    """Put the inbox aside by a person's decision; the receiver does it itself only for damage."""
    from tornvakt.base.inbox import salvage
    from tornvakt.base.inbox.paths import DataDir

    folder = salvage.set_aside(DataDir(_with_receiver(data)), now=datetime.now(UTC))
    print(f"Inkorgen ligger orörd i {folder}.")
    return ExitCode.OK


@app.command(
    help="Läs om de lagrade ramarna med dagens tolkning och visa vad som skulle bli annorlunda. "
    "Ändrar ingenting. Slutkod 1: något skiljer sig."
)
def reread(
    data: options.Data = options.DEFAULT_DATA,
    since: Annotated[
        int, typer.Option("--after", metavar="NUMMER", help="Börja efter den här raden.")
    ] = 0,
) -> int:
    """Compare today's reading of each raw frame with the stored signal. Changes nothing."""
    from tornvakt.surfaces.cli import rereading

    directory = options.existing(data)
    outcome = rereading.compare(directory, after=since)
    for line in outcome.lines:
        print(line)
    print(
        f"{outcome.read} signaler lästa om, {outcome.different} skiljer sig, "
        f"{outcome.absent} finns ännu inte i databasen."
    )
    return ExitCode.NO if outcome.different else ExitCode.OK


def _with_receiver(data: Path) -> Path:
    root = data.resolve()
    return root if (root / "receiver").is_dir() else options.existing(data).root
