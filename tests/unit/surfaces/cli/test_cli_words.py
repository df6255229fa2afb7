"""The command line's lines: Swedish, one of them, with an exit code that means something."""

import errno
import socket
import subprocess
import sys

import pytest

from tornvakt import VERSION
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


@pytest.mark.parametrize(
    ("typed", "like"),
    [(["help"], ["--help"]), (["-h"], ["--help"]), (["help", "start"], ["start", "--help"]),
     (["user", "add", "-h"], ["user", "add", "--help"])],
)  # fmt: skip
def test_help_is_given_however_it_is_asked_for(typed: list[str], like: list[str]) -> None:
    asked, usual = tornvakt(*typed), tornvakt(*like)
    assert (asked.returncode, asked.stdout) == (0, usual.stdout)
    assert asked.stdout.startswith("Användning: ./tornvakt ")


def test_the_version_is_one_line() -> None:
    outcome = tornvakt("--version")
    assert (outcome.returncode, outcome.stdout) == (0, f"Tornvakt {VERSION}\n")


@pytest.mark.parametrize(
    ("complaint", "line"),
    [
        ("Invalid value for '--x': path '/nope' does not exist", "--x: /nope finns inte."),
        ("Invalid value for '--x': Path '/nope' does not exist.", "--x: /nope finns inte."),
        ("Invalid value for '--x': path '/a' is not readable", "--x: /a får inte användas."),
        ("Invalid value for '--x': directory '/a' is a file.", "--x: /a är en fil."),
        ("Invalid value for '--x': Input should be greater than or equal to 0.1",
         "--x: minst 0,1."),
    ],
)  # fmt: skip
def test_the_parsers_complaints_are_swedish(complaint: str, line: str) -> None:
    assert words.swedish_complaint(complaint) == line


def test_what_the_system_says_of_a_host_is_swedish() -> None:
    with pytest.raises(socket.gaierror) as raised:
        socket.getaddrinfo("finns-inte.invalid", 1)
    assert words.swedish_error(raised.value) == "adressen finns inte"
    busy = OSError(errno.EADDRINUSE, "error while attempting to bind on address")
    assert words.swedish_error(busy) == "den är upptagen"


def test_help_has_no_english_left() -> None:
    page = words.swedish_help(
        "Usage: ./tornvakt x [OPTIONS] COMMAND [ARGS]...\n\nOptions:\n"
        "  --n INTEGER RANGE  Antal.  [default: (två);\n 1<=x<=9]\n"
        "  --m x  [default: 0.5; x>=0.1]\n"
        "  --help  Show this message and exit.\n\nArguments:\n\nCommands:\n  a\n"
    )
    assert page == (
        "Användning: ./tornvakt x [VÄXLAR] KOMMANDO ...\n\nVäxlar:\n"
        "  --n HELTAL         Antal.  [annars: två;\n 1 till 9]\n"
        "  --m x  [annars: 0,5; minst 0,1]\n"
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
