"""`./tornvakt test`: every check and every test, in the order that fails soonest.

A test that could not run is a failure here, not a skip: what nobody ran proves nothing.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import typer

from tornvakt.base.ui.catalogue import compile_catalogues
from tornvakt.surfaces.cli import options
from tornvakt.surfaces.cli.codes import ExitCode, Stop

app = options.single()

RESULTS = options.PROJECT / "build" / "prov"
NO_TESTS = 5
NO_END = -1
LONGEST_S = 1500.0
"""No part may take longer: a run that hangs has failed, and must say so."""
WIDTH = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One run of pytest in a process of its own."""

    name: str
    what: str
    paths: tuple[str, ...]
    options: tuple[str, ...] = ()
    is_parallel: bool = False
    is_waiting: bool = False
    """Spends its time waiting for clocks: runs beside all the others, and is shown last."""


LINKS = "tests/integration/receiver/test_links.py"
WITHOUT_DATABASE = tuple(
    f"tests/integration/{room}" for room in ("clients", "commands", "proofs", "receiver")
)
PARTS = (
    Part("rum", "regler för huset", ("tests/house",)),
    Part("enhet", "enhetsprov", ("tests/unit",), is_parallel=True),
    Part("vantan", "förbindelser som tystnar", (LINKS,), is_waiting=True),
    Part(
        "delar",
        "delar som samverkar",
        tuple(
            f"tests/integration/{room}" for room in ("clients", "commands", "proofs", "receiver")
        ),
        # They wait more than they work, and some wait long: two at a time, handed out singly.
        options=(f"--ignore={LINKS}", "--dist", "worksteal"),
        is_parallel=True,
    ),
    Part(
        "databas",
        "delar som samverkar över databasen",
        ("tests/integration",),
        options=tuple(f"--ignore={path}" for path in WITHOUT_DATABASE),
        is_parallel=True,
    ),
    Part(
        "postgresql",
        "allt som rör databasen, mot PostgreSQL",
        ("tests/unit", "tests/integration"),
        options=("--engine=postgresql",),
        is_parallel=True,
    ),
    Part("skarm", "skärmen i en riktig webbläsare", ("tests/browser", "tests/journeys")),
)
CHECKS = (
    ("ruff check", "stil", ("-m", "ruff", "check", "--quiet", ".")),
    ("ruff format", "form", ("-m", "ruff", "format", "--quiet", "--check", ".")),
    ("mypy", "typer", ("-m", "mypy")),
)


@dataclass(slots=True)
class Score:
    """What has been counted so far."""

    passed: int = 0
    failed: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Add another count to this one."""
        self.passed += other.passed
        self.failed += other.failed
        self.lines += other.lines


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    help="Kör stil- och typkontroller och alla prov, också mot PostgreSQL och i Chromium. "
    "Det du lägger till skickas vidare till pytest; nämner du filer körs bara de.",
)
def test(context: typer.Context) -> int:
    """Run everything, or what the arguments name. Returns 1 when anything failed."""
    began = time.monotonic()
    score = Score()
    extra = list(context.args)
    os.chdir(options.PROJECT)
    for argument in extra:
        if _names_a_file(argument) and not _is_path(argument):
            raise Stop(f"{argument} finns inte (räknat från {options.PROJECT}).")
    compile_catalogues()
    if any(_is_path(argument) for argument in extra):
        score.add(_Run(Part("valda", "de valda proven", ()), extra).end())
    else:
        if not extra:
            for name, what, command in CHECKS:
                score.add(_run_check(name, what, command))
        beside = [_Run(part, extra, is_quiet=True) for part in PARTS if part.is_waiting]
        for part in PARTS:
            if not part.is_waiting:
                score.add(_Run(part, extra).end())
        for run in beside:
            score.add(run.end())
    for line in score.lines:
        print(line)
    print(closing_line(score, time.monotonic() - began), flush=True)
    return ExitCode.OK if score.failed == 0 and score.passed else ExitCode.NO


def closing_line(score: Score, seconds: float) -> str:
    """Sum up in pytest's own form."""
    text = f" {score.passed} passed, {score.failed} failed in {seconds:.2f}s "
    return text.center(WIDTH, "=")


def count(report: Path) -> Score:
    """Count a part's results from the report pytest wrote. Skipped tests count as failed."""
    score = Score()
    for case in ET.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        if case.find("skipped") is not None:
            score.failed += 1
            score.lines.append(f"FAILED {name} - kunde inte köras")
        elif case.find("failure") is not None or case.find("error") is not None:
            score.failed += 1
            score.lines.append(f"FAILED {name}")
        else:
            score.passed += 1
    return score


def _is_path(argument: str) -> bool:
    return not argument.startswith("-") and Path(argument.split("::")[0]).exists()


def _names_a_file(argument: str) -> bool:
    """Tell whether an argument can only be meant as a file; `-k word` and its like can not."""
    file = argument.split("::")[0]
    return file.endswith(".py") or file.startswith(("/", "./", "../", "tests/"))


def _run_check(name: str, what: str, command: Sequence[str]) -> Score:
    print(f"--- {what} ({name})", flush=True)
    outcome = subprocess.run([sys.executable, *command], check=False)
    if outcome.returncode == 0:
        return Score(passed=1)
    return Score(failed=1, lines=[f"FAILED {name}"])


class _Run:
    """One part, running. With ``is_quiet`` what it says is kept until its end."""

    def __init__(self, part: Part, extra: Sequence[str], *, is_quiet: bool = False) -> None:
        self._part, self._extra = part, extra
        if not is_quiet:
            print(f"--- {part.what}", flush=True)
        RESULTS.mkdir(parents=True, exist_ok=True)
        self._report = RESULTS / f"{part.name}.xml"
        self._report.unlink(missing_ok=True)
        self._said = (RESULTS / f"{part.name}.txt").open("w+b") if is_quiet else None
        self._ends_by = time.monotonic() + LONGEST_S
        self._process = subprocess.Popen(
            self._command(), stdout=self._said, stderr=subprocess.STDOUT if is_quiet else None
        )

    def end(self) -> Score:
        """Wait for its end and count. A part that ends without saying how is one failure."""
        try:
            code = self._process.wait(max(0.0, self._ends_by - time.monotonic()))
            ended = f"slutkod {code}"
        except subprocess.TimeoutExpired:
            code, ended = NO_END, f"avbruten efter {LONGEST_S:.0f} s"
        finally:
            if self._process.poll() is None:  # too slow, or somebody pressed Ctrl-C
                self._process.kill()
                self._process.wait()
        self._tell()
        score = count(self._report) if self._report.exists() else Score()
        if code == NO_TESTS and self._extra:
            return score
        if code != 0 and score.failed == 0:
            score.failed += 1
            score.lines.append(f"FAILED {self._part.what} - {ended}")
        return score

    def _command(self) -> list[str]:
        part = self._part
        paths = [path for path in part.paths if Path(path).exists()]
        command = [sys.executable, "-m", "pytest", f"--junitxml={self._report}"]
        if part.is_parallel:
            command += ["-n", str(max(2, os.cpu_count() or 2)), "--dist", "loadfile"]
        return [*command, *part.options, *paths, *self._extra]

    def _tell(self) -> None:
        if self._said is None:
            return
        print(f"--- {self._part.what}", flush=True)
        with self._said as said:
            said.seek(0)
            sys.stdout.buffer.write(said.read())
            sys.stdout.flush()
