"""The table of the commands, and the one place where errors become lines and exit codes."""

import importlib
import os
import sys
from typing import Any, NamedTuple, NoReturn

# Before typer is imported: plain text, no boxes, and a quarter of the start-up time.
os.environ["TYPER_USE_RICH"] = "0"

import typer
from typer import exceptions as typer_exceptions
from typer._click.core import Command, Context
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup

from tornvakt import VERSION
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.cli import words
from tornvakt.surfaces.cli.codes import ExitCode, Stop


class Word(NamedTuple):
    """One word after `./tornvakt`: the module whose `app` it is, and its line of help."""

    module: str
    help: str


HERE = "tornvakt.surfaces.cli"
COMMANDS = {
    "start": Word(f"{HERE}.start", "Starta larmcentralen; första gången med Kalmardemon."),
    "receive": Word(f"{HERE}.receive", "Kör bara larmmottagaren."),
    "transmitter": Word(f"{HERE}.transmitters", "Larmsändare: lägg till, lista, ta bort."),
    "signals": Word(f"{HERE}.signals", "Visa varje lagrad signal, direkt ur inkorgen."),
    "journal": Word(f"{HERE}.journal", "Kontrollera inkorgen, eller läs om den."),
    "audit": Word(f"{HERE}.audit", "Granskningsloggen: kontrollera den, eller läs i den."),
    "triage": Word(f"{HERE}.triage", "Reglerna från signal till larm: visa, ändra, prova."),
    "user": Word(f"{HERE}.users", "Användare: bjud in med en engångslänk."),
    "map": Word(f"{HERE}.maps", "Kartor utan internet: lägg in, lista, ta bort."),
    "paper": Word(f"{HERE}.paper", "Skriv ut läget eller reservpärmen som PDF."),
    "call-tree": Word(f"{HERE}.call_tree", "Larmkedjan: visa stegen, eller prova kanalerna."),
    "simulate": Word(f"{HERE}.simulate", "Låtsas vara larmsändare."),
    "doctor": Word(f"{HERE}.doctor", "Vad är fel här, och vad gör man åt det?"),
    "test": Word(f"{HERE}.testing", "Kör alla prov."),
    "bench": Word(f"{HERE}.bench", "Mät hur snabbt det går, mot målen."),
    "prove": Word(f"{HERE}.prove", "Bevisa att ingen kvitterad signal går förlorad."),
}
EPILOG = (
    "Slutkoder: 0 det gick bra, 1 svaret är nej eller något är skadat, 2 fel i det du skrev, "
    "3 något saknas på maskinen, 74 disken svarar inte, 130 avbrutet."
)


class Contents(TyperGroup):
    """The root command: it knows every word by name and imports only the one that is asked for."""

    def list_commands(self, ctx: Context) -> list[str]:
        """Name the commands in the order a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """Import one command."""
        word = COMMANDS.get(cmd_name)
        if word is None:
            return None
        command = typer.main.get_command(importlib.import_module(word.module).app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the list of commands from the table, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, word.help) for name, word in COMMANDS.items()])


def root() -> Command:
    """Build the whole command line."""
    app = typer.Typer(cls=Contents, add_completion=False, rich_markup_mode=None, epilog=EPILOG)

    @app.callback()
    def tornvakt() -> None:
        """Tornvakt: öppen programvara för kommunens trygghets- och larmcentral."""

    return typer.main.get_command(app)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and end the process with its exit code.

    Whatever was typed wrong ends in one Swedish line. A bug is not dressed up: it rises.
    """
    HelpFormatter.getvalue = _swedish_page  # type: ignore[method-assign]
    sys.exit(_run(sys.argv[1:] if arguments is None else arguments))


def _usual(arguments: list[str]) -> list[str]:
    """Understand what people type elsewhere: nothing, `help start`, `-h` last."""
    if not arguments:
        return ["--help"]
    if arguments[0] == "help":
        return [*arguments[1:], "--help"]
    if arguments[-1] == "-h" and arguments[0] != "test":  # there it is pytest's
        return [*arguments[:-1], "--help"]
    return arguments


def _run(arguments: list[str]) -> int:
    if arguments[:1] in (["--version"], ["version"]):
        print(f"Tornvakt {VERSION}")
        return ExitCode.OK
    try:
        outcome: Any = root().main(
            args=_usual(arguments), prog_name="./tornvakt", standalone_mode=False
        )
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else ExitCode.OK
    except Stop as stop:
        return _say(str(stop), stop.code)
    except Refusal as refusal:
        return _say(str(refusal), ExitCode.BAD_INPUT)
    except NoArgsIsHelpError as page:
        print(page.format_message())
        return ExitCode.BAD_INPUT
    except UsageError as mistake:
        where = mistake.ctx.command_path if mistake.ctx else "./tornvakt"
        line = words.swedish_complaint(mistake.format_message())
        end = "" if line.endswith(("?", ".")) else "."
        return _say(f"{line}{end} Se {where} --help", ExitCode.BAD_INPUT)
    except ClickException as mistake:
        return _say(words.swedish_complaint(mistake.format_message()), ExitCode.BAD_INPUT)
    except (KeyboardInterrupt, typer_exceptions.Abort):
        return _say("avbrutet.", ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # The reader has gone (`| head`): nothing is wrong and nobody is there to be told.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except PermissionError as error:
        return _say(f"{error.filename or 'filen'}: åtkomst nekas.", ExitCode.BAD_INPUT)
    except OSError as error:
        return _say(
            f"{error.filename or 'disken'}: {words.swedish_error(error)}.", ExitCode.IO_ERROR
        )


def _say(line: str, code: int) -> int:
    print(f"tornvakt: {line}", file=sys.stderr)
    return code


def _swedish_page(self: HelpFormatter) -> str:
    return words.swedish_help("".join(self.buffer))
