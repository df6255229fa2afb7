"""The command line's lines: Swedish, one of them, with an exit code that means something."""

import subprocess
import sys

import pytest

from tornvakt.surfaces.cli import words
from tornvakt.surfaces.cli.app import COMMANDS


def tornvakt(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as a user does."""
    command = [sys.executable, "-m", "tornvakt.surfaces.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (["sgnals"], "tornvakt: kommandot sgnals finns inte. Se ./tornvakt --help\n"),
        (
            ["signals", "--jsn"],
            "tornvakt: växeln --jsn finns inte. Menade du --json? Se ./tornvakt signals --help\n",
        ),
        (
            ["receive", "--dc09", "många"],
            "tornvakt: --dc09: skriv ett heltal. Se ./tornvakt receive --help\n",
        ),
        (
            ["receive", "--dc09", "70000"],
            "tornvakt: --dc09: högst 65535. Se ./tornvakt receive --help\n",
        ),
        (
            ["receive", "--dc09"],
            "tornvakt: växeln --dc09 behöver ett värde. Se ./tornvakt --help\n",
        ),
        (
            ["transmitter", "add"],
            "tornvakt: KONTO måste anges. Se ./tornvakt transmitter add --help\n",
        ),
        (
            ["user", "add", "anna"],
            "tornvakt: växeln --role måste anges. Se ./tornvakt user add --help\n",
        ),
        (
            ["signals", "alla"],
            "tornvakt: vad betyder alla här? Se ./tornvakt signals --help\n",
        ),
    ],
)
def test_bad_input_is_one_swedish_line(typed: list[str], line: str) -> None:
    outcome = tornvakt(*typed)
    assert outcome.stderr == line
    assert outcome.stdout == ""
    assert outcome.returncode == 2


def test_help_has_no_english_left() -> None:
    page = words.swedish_help(
        "Usage: ./tornvakt x [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n"
        "  --n INTEGER RANGE  Antal.  [default: (två);\n 1<=x<=9]\n"
        "  --help  Show this message and exit.\n\nArguments:\n\nCommands:\n  a\n"
    )
    assert page == (
        "Användning: ./tornvakt x [VÄXLAR] KOMMANDO ...\n\nVäxlar:\n"
        "  --n HELTAL         Antal.  [annars: två;\n 1 till 9]\n"
        "  --help  Visa den här hjälpen.\n\nArgument:\n\nKommandon:\n  a\n"
    )


def test_the_root_page_lists_every_command_without_importing_one() -> None:
    probe = (
        "import sys; from tornvakt.surfaces.cli import app\n"
        "try: app.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in sys.modules if m in ('django', 'apsw', 'cryptography', 'uvloop')])"
    )
    command = [sys.executable, "-c", probe]
    page = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    assert page.splitlines()[-1] == "[]"
    assert all(f"  {name} " in page for name in COMMANDS)
