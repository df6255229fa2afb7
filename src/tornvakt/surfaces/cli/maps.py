"""`./tornvakt map`: put map layers in, look at them, take them out. No database is needed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli import django_door, options
from tornvakt.surfaces.cli.codes import ExitCode, Stop

app = options.plain("Kartor utan internet: kartlager (GeoJSON) och bildkartor (PMTiles).")

ROLES = {
    "land": "land",
    "vatten": "water",
    "gräns": "border",
    "område": "district",
    "gata": "street",
    "plats": "place",
}
_SWEDISH = {role: word for word, role in ROLES.items()}

Name = Annotated[str, typer.Argument(metavar="NAMN", help="Namnet i map list.")]


@app.command(help="Lägg in en GeoJSON-fil som kartlager, eller en PMTiles-fil som bildkarta.")
def add(
    file: Annotated[Path, typer.Argument(metavar="FIL", help="GeoJSON eller PMTiles.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAMN", help="Vad kartan kallas på skärmen.")
    ],
    attribution: Annotated[
        str,
        typer.Option(
            "--attribution", metavar="TEXT", help="Vems uppgifterna är; står alltid under kartan."
        ),
    ],
    data: options.Data = options.DEFAULT_DATA,
    licence: Annotated[
        str, typer.Option("--licence", metavar="TEXT", help="Licensen, till exempel ODbL 1.0.")
    ] = "",
    role: Annotated[
        str,
        typer.Option(
            "--role",
            metavar="SLAG",
            help="land, vatten, gräns, område, gata eller plats; annars gissas det ur filen.",
        ),
    ] = "",
    invented: Annotated[
        bool, typer.Option("--invented", help="Påhittat eller schematiskt; det står på skärmen.")
    ] = False,
    until_zoom: Annotated[
        int,
        typer.Option(
            "--until-zoom", metavar="TAL", min=1, max=24, help="Göm lagret närmare än så."
        ),
    ] = 24,
    replace: Annotated[
        bool, typer.Option("--replace", help="Skriv över en karta med samma namn.")
    ] = False,
) -> None:
    """Put a file in the map folder."""
    from tornvakt.base.maps.layers import Facts, Layer
    from tornvakt.base.maps.shelf import shelf_of

    if not file.is_file():
        raise Stop(f"filen {file} finns inte.")
    if role and role not in ROLES:
        raise Stop(f"slaget {role} finns inte. Välj något av {', '.join(ROLES)}.")
    if not name.strip() or not attribution.strip():
        raise Stop("en karta behöver både namn och uppgift om vems den är.")
    folder = options.announced(data)
    facts = Facts(
        name=name.strip(),
        attribution=attribution.strip(),
        licence=licence.strip(),
        role=ROLES.get(role, ""),
        is_fictional=invented,
        max_zoom=until_zoom,
    )
    with _swedish(folder.root):
        found = shelf_of(folder.root).add(file, facts, replace=replace)
    if isinstance(found, Layer):
        print(f"Lade in {found.slug}: {found.features} former, {_SWEDISH[found.facts.role]}.")
    else:
        least, most = found.zooms
        print(f"Lade in {found.slug}: bildkarta, zoom {least} till {most}.")


@app.command(help="Lägg in länets kommuner som grova linjer, för den som inte har någon karta.")
def outline(
    code: Annotated[
        str, typer.Argument(metavar="KOD", help="En kommuns kod, fyra siffror, till exempel 0880.")
    ],
    data: options.Data = options.DEFAULT_DATA,
) -> None:
    """Put in the coarse outlines of a county."""
    from tornvakt.base.maps import outlines
    from tornvakt.base.maps.shelf import shelf_of

    folder = options.announced(data)
    with _swedish(folder.root):
        body, facts = outlines.outline(code)
        found = shelf_of(folder.root).add_made(body, facts, replace=True)
    print(f"Lade in {found.slug}: {found.features} kommuner.")


@app.command("list", help="Visa vad som ligger i kartmappen, och vad som inte går att använda.")
def show(data: options.Data = options.DEFAULT_DATA) -> int:
    """List layers, raster maps and what was refused; 1 when something was."""
    from tornvakt.base.maps.shelf import shelf_of

    folder = options.known(data)
    with _swedish(folder.root):
        stock = shelf_of(folder.root).stock(anew=True)
        for layer in stock.layers:
            word, facts = _SWEDISH[layer.facts.role], layer.facts
            mark = ", påhittat" if facts.is_fictional else ""
            size = f"{layer.size / 1000:.0f} kB"
            print(f"{layer.slug:<24}  {word:<8}  {size:>9}  {facts.attribution}{mark}")
        for each in stock.pictures:
            size = f"{each.size / 1_000_000:.0f} MB"
            print(f"{each.slug:<24}  {'bilder':<8}  {size:>9}  {each.facts.attribution}")
        for refused in stock.refused:
            print(f"{refused.file}: {refused.why}", file=sys.stderr)
    if not (stock.layers or stock.pictures or stock.refused):
        print("Ingen karta är inlagd. Lägg in en med map add.", file=sys.stderr)
    return ExitCode.NO if stock.refused else ExitCode.OK


@app.command(help="Ta bort en karta.")
def remove(name: Name, data: options.Data = options.DEFAULT_DATA) -> None:
    """Take a map out of the folder."""
    from tornvakt.base.maps.shelf import shelf_of

    folder = options.known(data)
    with _swedish(folder.root):
        shelf_of(folder.root).remove(name)
    print(f"Tog bort {name}.")


@contextmanager
def _swedish(data: Path) -> Iterator[None]:
    """Let refusals be said in Swedish; Django is set up for its texts, no database is opened."""
    django_door.open_it(data)
    from django.utils import translation

    with translation.override("sv"):
        yield
