"""Options that several commands share, each with its environment variable."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.words import swedish_error

PROJECT = Path(__file__).resolve().parents[4]
DEFAULT_DATA = PROJECT / "data"

Data = Annotated[
    Path,
    typer.Option(
        "--data",
        metavar="KATALOG",
        envvar="TORNVAKT_DATA",
        show_envvar=False,
        help="Katalogen där allt lagras.",
        show_default="data i projektet",
    ),
]
Dc09Port = Annotated[
    int,
    typer.Option(
        "--dc09",
        metavar="PORT",
        envvar="TORNVAKT_DC09_PORT",
        show_envvar=False,
        min=0,
        max=65535,
        help="Port för larmsändare, SIA DC-09 över TCP och UDP. 0 väljer en ledig.",
    ),
]


def plain(help_text: str, **settings: object) -> typer.Typer:
    """Make a group of commands with plain help, no completion and no decorated errors."""
    return typer.Typer(
        help=help_text,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["--help"]},
        **settings,  # type: ignore[arg-type]
    )


def single() -> typer.Typer:
    """Make the home of a command that has no words of its own below it."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)


def data_option(data: DataDir) -> str:
    """Return what has to follow a command for it to mean this directory; "" for the usual one."""
    if data.root == DEFAULT_DATA.resolve():
        return ""
    return f" --data {shlex.quote(str(data.root))}"


def existing(data: Path) -> DataDir:
    """Return the data directory, which must have an inbox. Raises Stop when it has none."""
    directory = DataDir(data.resolve())
    if not directory.inbox.exists():
        raise Stop(f"i {data} finns ingen inkorg. Kör först ./tornvakt start eller receive.")
    return directory


def known(data: Path) -> DataDir:
    """Return the data directory. Raises Stop when there is none: looking makes nothing."""
    directory = DataDir(data.resolve())
    if not directory.receiver.is_dir():
        raise Stop(f"{data} är ingen datakatalog. Kör först ./tornvakt start eller receive.")
    return directory


def announced(data: Path) -> DataDir:
    """Return the data directory, made when it is not there and then said: it may be a slip."""
    is_new = not DataDir(data.resolve()).receiver.is_dir()
    directory = usable(data)
    if is_new:
        print(f"Skapade en ny datakatalog: {directory.root}", file=sys.stderr)
    return directory


def usable(data: Path) -> DataDir:
    """Return the data directory, made when it is not there. Raises Stop when it cannot be."""
    directory = DataDir(data.resolve())
    try:
        directory.create()
    except OSError as error:
        raise Stop(f"katalogen {data} går inte att använda: {swedish_error(error)}.") from error
    return directory
