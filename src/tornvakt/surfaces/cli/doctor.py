"""`./tornvakt doctor`: what is wrong with this installation, and what to do about it.

Each check returns findings and changes nothing. A check that itself fails is a finding too: the
doctor must have an answer on the worst of days.
"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import examinations, options
from tornvakt.surfaces.cli.codes import ExitCode
from tornvakt.surfaces.cli.findings import Check, Finding, Level, fault

app = options.single()


@app.command(
    help="Undersök installationen. Varje rad säger OK, VARNING eller FEL och vad man gör. "
    "Slutkod 1: något är FEL."
)
def doctor(
    data: options.Data = options.DEFAULT_DATA,
    as_json: Annotated[bool, typer.Option("--json", help="Ett JSON-objekt på varje rad.")] = False,
) -> int:
    """Run every check in the order a technician would."""
    directory = DataDir(data.resolve())
    worst = Level.OK
    for check in examinations.ALL:
        for finding in examine(check, directory):
            if finding.level is Level.FAULT or worst is Level.OK:
                worst = finding.level
            print(_json(check, finding) if as_json else _line(finding), flush=True)
    return ExitCode.NO if worst is Level.FAULT else ExitCode.OK


def examine(check: Check, data: DataDir) -> list[Finding]:
    """Run one check. What it could not find out becomes a finding."""
    try:
        return list(check(data))
    except Exception as error:
        what = (check.__doc__ or check.__name__).splitlines()[0].rstrip(".")
        return [fault(f"{what}: kunde inte undersökas ({error}).", "Se loggarna under logs/.")]


def _line(finding: Finding) -> str:
    return f"{finding.level:<9}{finding.text} {finding.advice}".rstrip()


def _json(check: Check, finding: Finding) -> str:
    return json.dumps({"check": check.__name__} | asdict(finding), ensure_ascii=False)
