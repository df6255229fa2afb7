"""`./tornvakt journal`: is the inbox whole, and would we read it the same way today?"""

import subprocess
import sys
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode

app = options.plain("Inkorgen: kontrollera att ingenting ändrats, eller läs om gamla ramar.")


@app.command(
    help="Kontrollera varje rad i inkorgen med ett fristående program. Slutkod 1: något är skadat."
)
def verify(data: options.Data = options.DEFAULT_DATA) -> int:
    """Run the verifier as a process of its own: it shares no code with what wrote the rows."""
    directory = options.existing(data)
    command = [sys.executable, "-m", "tornvakt_verify", str(directory.root)]
    return subprocess.run(command, check=False).returncode


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
