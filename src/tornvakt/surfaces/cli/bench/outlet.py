"""The flags that every measurement has, and what becomes of its figures."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.bench.table import Row, as_json, markdown
from tornvakt.surfaces.cli.codes import ExitCode, Stop

BENCHMARKS = options.PROJECT / "docs" / "reference" / "benchmarks.md"

Json = Annotated[bool, typer.Option("--json", help="Skriv som JSON.")]
Write = Annotated[
    bool, typer.Option("--write", help="Lägg till tabellen i docs/reference/benchmarks.md.")
]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--folder", help="Katalog på skivan som ska mätas.", show_default="build i projektet"
    ),
]


def place(folder: Path | None, name: str) -> Path:
    """Return where a measurement keeps its files: a name in ``folder``, or in our own build.

    Raises Stop for a folder that is not there: a disk that is not mounted must not be missed.
    """
    if folder is not None and not folder.is_dir():
        raise Stop(f"katalogen {folder} finns inte.")
    return (folder or options.PROJECT / "build") / name


def publish(rows: list[Row], *, is_quick: bool, json: bool, write: bool) -> int:
    """Print the table, add it to the page if so wanted, and return the exit code."""
    now = datetime.now(UTC)
    words = [word for word in sys.argv[1:] if word not in ("--write", "--json")]
    command = " ".join(["./tornvakt", *words])
    as_text = markdown(rows, now=now, is_quick=is_quick, command=command)
    typer.echo(as_json(rows, now=now, is_quick=is_quick) if json else as_text)
    if write:
        with BENCHMARKS.open("a", encoding="utf-8") as page:
            page.write("\n" + as_text)
    return ExitCode.NO if any(row.is_ok is False for row in rows) else ExitCode.OK
