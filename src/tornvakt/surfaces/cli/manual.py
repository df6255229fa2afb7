"""Writes docs/reference/kommandon.md from the commands' own help.

`python -m tornvakt.surfaces.cli.manual > docs/reference/kommandon.md`; a house test compares.
"""

from collections.abc import Iterator

from typer._click.core import Command, Context
from typer.core import TyperGroup

from tornvakt.surfaces.cli import words
from tornvakt.surfaces.cli.app import COMMANDS, root

WIDTH = 78
HEAD = """\
# Kommandon

Den här sidan är gjord av kommandonas egen hjälp, som också fås med `--help` efter varje kommando.

## Slutkoder

| kod | betyder |
|---|---|
| 0 | det gick bra |
| 1 | svaret är nej: något är skadat, ett prov gick inte igenom, doktorn fann ett fel |
| 2 | fel i det du skrev |
| 3 | något saknas på maskinen; raden säger vad och hur det installeras |
| 74 | disken tog inte emot det den skulle spara |
| 130 | avbrutet med Ctrl-C |

`start` och `receive` avslutas med 0 när de stoppas.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield every command's name and its page of help, in the order of the table of contents."""
    top = root()
    context = Context(top, info_name="./tornvakt", terminal_width=WIDTH, max_content_width=WIDTH)
    assert isinstance(top, TyperGroup)
    for name in COMMANDS:
        command = top.get_command(context, name)
        assert command is not None
        yield from _below(command, name, context)


def _below(command: Command, name: str, parent: Context) -> Iterator[tuple[str, str]]:
    context = Context(command, info_name=name, parent=parent)
    context.terminal_width = context.max_content_width = WIDTH
    yield context.command_path, words.swedish_help(command.get_help(context))
    if isinstance(command, TyperGroup):
        for below in command.list_commands(context):
            inner = command.get_command(context, below)
            assert inner is not None
            yield from _below(inner, below, context)


def manual() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for path, page in pages():
        parts.append(f"## {path}\n\n```text\n{page.rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    print(manual(), end="")
