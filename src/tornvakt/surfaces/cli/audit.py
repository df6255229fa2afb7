"""`./tornvakt audit`: is the log of who wrote and who read whole, and what stands in it?"""

import json
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tornvakt.surfaces.cli import databases, django_door, options
from tornvakt.surfaces.cli.codes import ExitCode, Stop
from tornvakt.surfaces.cli.wall import clock

if TYPE_CHECKING:
    from tornvakt.base.audit.selectors import EntryView

app = options.plain("Granskningsloggen: kontrollera att ingenting ändrats, eller läs i den.")


@app.command(
    help="Kontrollera varje post i granskningsloggen med ett fristående program. "
    "Slutkod 1: något är skadat."
)
def verify(
    data: options.Data = options.DEFAULT_DATA,
    checkpoints: Annotated[
        Path | None,
        typer.Option(
            "--checkpoints",
            metavar="FIL",
            help="Jämför med en kopia av audit/checkpoints.log som förvaras på annat håll.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Skriv svaret som JSON.")] = False,
) -> int:
    """Run the verifier as a process of its own: it shares no code with what wrote the log."""
    directory = options.known(data)
    databases.agreed(directory)
    command = [sys.executable, "-m", "tornvakt_verify.audit", str(directory.root)]
    command += ["--checkpoints", str(checkpoints)] if checkpoints else []
    command += ["--json"] if as_json else []
    return subprocess.run(command, check=False).returncode


@app.command(help="Visa de senaste posterna: vem gjorde eller läste vad, och när.")
def show(
    data: options.Data = options.DEFAULT_DATA,
    last: Annotated[
        int, typer.Option("--last", metavar="ANTAL", min=1, max=100_000, help="Så många poster.")
    ] = 50,
    on: Annotated[
        str,
        typer.Option(
            "--on", metavar="SLAG:ID", help="Bara om detta, till exempel incident:2026-000123."
        ),
    ] = "",
    by: Annotated[
        str, typer.Option("--by", metavar="NAMN", help="Bara den här användaren (inloggningsnamn).")
    ] = "",
    action: Annotated[
        str, typer.Option("--action", metavar="BÖRJAN", help="Bara åtgärder som börjar så.")
    ] = "",
    reads: Annotated[
        bool | None,
        typer.Option("--reads/--writes", help="Bara läsningar, eller bara ändringar."),
    ] = None,
    days: Annotated[
        int, typer.Option("--days", metavar="ANTAL", min=0, help="Bara så många dygn bakåt.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Ett JSON-objekt på varje rad.")] = False,
) -> int:
    """List entries, oldest of them first, as a log is read."""
    with django_door.prepared_database(options.known(data).root):
        from tornvakt.base.audit import selectors

        found = selectors.entries(
            on=_on(on),
            actor=_user(by) if by else None,
            action=action,
            kind=None if reads is None else "read" if reads else "wrote",
            since=datetime.now(UTC) - timedelta(days=days) if days else None,
            limit=last,
        )
        names = _names({entry.actor for entry in found if entry.actor is not None})
        for entry in reversed(found):
            print(_json(entry) if as_json else _line(entry, names))
    if not found:
        print("Inga poster passar det du frågade efter.", file=sys.stderr)
    return ExitCode.OK


@app.command(
    help="Visa vem som har sökt på ett ord bland händelserna. Loggen har inga ord, bara märken av "
    "dem; två ord i fyra miljarder har samma märke.",
)
def searched(
    word: Annotated[str, typer.Argument(metavar="ORD", help="Ordet, som det kan ha skrivits.")],
    data: options.Data = options.DEFAULT_DATA,
    days: Annotated[
        int, typer.Option("--days", metavar="ANTAL", min=0, help="Bara så många dygn bakåt.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Ett JSON-objekt på varje rad.")] = False,
) -> int:
    """List the searches for a word, the newest first; exit code 1 when nobody has."""
    with django_door.prepared_database(options.known(data).root):
        from tornvakt.base.audit import selectors
        from tornvakt.domains.incidents.fingerprints import fingerprint

        mark, before, hits = fingerprint(word), None, 0
        since = datetime.now(UTC) - timedelta(days=days) if days else None
        while page := selectors.entries(
            action="incidents.searched", kind="read", since=since, before_id=before, limit=1_000
        ):
            before = page[-1].id
            found = [entry for entry in page if mark in entry.on[1].partition(":")[0].split("-")]
            names = _names({entry.actor for entry in found if entry.actor is not None})
            for entry in found:
                print(_json(entry) if as_json else _line(entry, names))
            hits += len(found)
    if not hits:
        print("Ingen har sökt på det ordet.", file=sys.stderr)
    return ExitCode.OK if hits else ExitCode.NO


@app.command(
    "set-aside",
    help="Lägg undan loggens filer när databasen med avsikt är återställd från en äldre kopia, "
    "eller när nyckeln är förlorad. Inget raderas; loggen fortsätter i nya filer.",
)
def set_aside(data: options.Data = options.DEFAULT_DATA) -> int:
    """Begin the log's files anew by a person's decision."""
    directory = options.known(data)
    with django_door.prepared_database(directory.root):
        from tornvakt.base.audit import setting_aside

        folder = setting_aside.set_aside(directory, now=datetime.now(UTC))
    print(f"Loggens filer ligger orörda i {folder}.")
    return ExitCode.OK


def _on(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    kind, _, identity = text.partition(":")
    if not kind or not identity:
        raise Stop(f"'{text}' är inget föremål: skriv SLAG:ID, till exempel site:OBJ-0001.")
    return kind, identity


def _user(name: str) -> int:
    from tornvakt.base.access.models import User

    found = User.objects.filter(username=name).values_list("pk", flat=True).first()
    if found is None:
        raise Stop(f"användaren '{name}' finns inte.", ExitCode.BAD_INPUT)
    return int(found)


def _names(ids: set[int]) -> dict[int, str]:
    from tornvakt.base.access.models import User

    return dict(User.objects.filter(pk__in=ids).values_list("pk", "call_name"))


def _line(entry: "EntryView", names: dict[int, str]) -> str:
    number = "–" if entry.number is None else str(entry.number)
    who = (
        "Tornvakt själv"
        if entry.actor is None
        else names.get(entry.actor, f"användare {entry.actor}")
    )
    what = "läste" if entry.kind == "read" else "skrev"
    parts = [
        f"{number:>8}",
        clock(entry.at),
        f"{who:<14}",
        f"{what} {entry.action}",
        ":".join(part for part in entry.on if part),
        "" if entry.result == "ok" else f"resultat {entry.result}",
        f"ändamål {entry.purpose}" if entry.purpose else "",
        f"{entry.count} rader" if entry.kind == "read" and entry.count != 1 else "",
        "" if entry.params == "{}" else entry.params,
    ]
    return "  ".join(part for part in parts if part)


def _json(entry: "EntryView") -> str:
    shown = asdict(entry) | {"at": entry.at.isoformat(), "params": json.loads(entry.params)}
    return json.dumps(shown, ensure_ascii=False)
