"""`./tornvakt paper`: print the live state or the reserve pack now."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode, Stop

app = options.single()


@app.command(
    help="Skriv läget som PDF till mappen för utskrifter, eller till en fil. "
    "Filen innehåller telefonnummer och kan bara läsas av dig."
)
def paper(
    data: options.Data = options.DEFAULT_DATA,
    pack: Annotated[
        bool, typer.Option("--pack", help="Reservpärmen: ringlistor, ett objekt per sida.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FIL", help="Skriv hit i stället för till mappen."),
    ] = None,
) -> int:
    """Print one paper. The database must be there: what it knows is what is printed."""
    from tornvakt.surfaces.cli import django_door

    with django_door.prepared_database(options.existing(data).root):
        from django.conf import settings

        from tornvakt.domains.incidents.papers import folder
        from tornvakt.domains.incidents.papers import pack as packing
        from tornvakt.domains.incidents.papers.live import live_pdf

        now = datetime.now(UTC)
        parts = packing.parts(now) if pack else 1

        def printed(part: int) -> bytes:
            if pack:
                return packing.pack_pdf(printed_by="Tornvakt", now=now, part=part)
            return live_pdf(printed_by="Tornvakt", now=now)

        if out is not None:
            if parts > 1:
                raise Stop(f"reservpärmen är {parts} delar. Utelämna --out, så läggs de i mappen.")
            if out.exists():
                raise Stop(f"{out} finns redan. Välj ett annat namn.")
            folder.write(out, printed(1))
            print(out)
            return ExitCode.OK
        if not pack:
            print(folder.put(settings.PAPER_DIR, folder.LIVE, printed(1), now=now))
            return ExitCode.OK
        for part in range(1, parts + 1):
            name = folder.part_name(part)
            print(folder.put(settings.PAPER_DIR, name, printed(part), now=now))
    return ExitCode.OK
