"""`./tornvakt receive`: the receiver alone. Imports no Django and needs no database."""

from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.installation import Mode, mode_of

app = options.single()


@app.command(help="Kör bara larmmottagaren. Den behöver ingen databas. Ctrl-C avslutar.")
def receive(
    data: options.Data = options.DEFAULT_DATA,
    dc09: options.Dc09Port = 10500,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            metavar="ADRESS",
            envvar="TORNVAKT_DC09_HOST",
            show_envvar=False,
            help="Adress att lyssna på.",
        ),
    ] = "0.0.0.0",
    mode: Annotated[
        Mode | None,
        typer.Option(
            "--mode",
            metavar="LÄGE",
            help="demo, ovning eller skarp. Måste stämma med inkorgen.",
            show_default="det inkorgen säger, annars skarp",
        ),
    ] = None,
) -> int:
    """Listen until told to stop. Returns the receiver's own exit code (74: the disk failed)."""
    from tornvakt.surfaces.receiver import main as receiver

    directory = options.usable(data)
    which: Mode = mode or mode_of(directory) or "skarp"
    return receiver.run(directory, host=host, dc09_port=dc09, mode=which)
