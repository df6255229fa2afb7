"""What may stand in the repository, and what may not."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src"
MOST_LINES = 500
# Put together, so that this file does not trip over itself.
PLACES = [
    "/" + "work/",
    "/" + "root/",
    "/" + "home/",
    "pypi" + ".org",
    "python" + "hosted",
    "index" + "-url",
    "find" + "-links",
    ".." + "/shared",
]
VENDORED = re.compile(
    r"(^|/)(node_modules|vendor|third_party)/|\.min\.(js|css)$|\.(whl|so|pyc|mo|woff2?|ttf|otf)$"
)


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is or is about to be in the repository."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=PROJECT, capture_output=True, check=True).stdout
    files = (PROJECT / name.decode() for name in names.split(b"\0") if name)
    return tuple(sorted(file for file in files if file.is_file()))


def texts() -> Iterator[tuple[str, str]]:
    """Yield the name and the content of every tracked text file."""
    for file in tracked():
        data = file.read_bytes()
        if b"\0" not in data[:8192]:
            yield str(file.relative_to(PROJECT)), data.decode()


def modules() -> list[Path]:
    """Return our own Python modules, migrations aside."""
    return [
        file
        for file in tracked()
        if file.suffix == ".py" and file.is_relative_to(SOURCE) and "migrations" not in file.parts
    ]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        (name, place)
        for name, text in texts()
        for place in PLACES
        if place in text and not (name.endswith("test_front_door.py") and "FIND_LINKS" in text)
    ]
    assert found == []


def test_nothing_third_party_is_committed() -> None:
    names = [str(file.relative_to(PROJECT)) for file in tracked()]
    assert [name for name in names if VENDORED.search(name)] == []
    large = [file.name for file in tracked() if file.stat().st_size > 2_000_000]
    assert large == []


def test_the_whole_licence_is_here() -> None:
    text = (PROJECT / "LICENSE").read_text()
    assert text.startswith("Mozilla Public License Version 2.0")
    assert "Exhibit B" in text


def test_no_module_is_so_long_that_it_has_two_subjects() -> None:
    long = {
        str(file.relative_to(PROJECT)): lines
        for file in modules()
        if (lines := len(file.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


@pytest.mark.parametrize("file", modules(), ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_module_and_what_it_offers_say_what_they_are_for(file: Path) -> None:
    tree = ast.parse(file.read_text())
    silent = [] if ast.get_docstring(tree) or not tree.body else ["the module itself"]
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            silent.append(node.name)
    assert silent == []


def test_words_that_mean_two_things_are_no_class_names() -> None:
    allowed_events = {"src/tornvakt/pure/protocols/events.py"}
    found = []
    for file in modules():
        name = str(file.relative_to(PROJECT))
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and (
                node.name in ("Contact", "Case")
                or (node.name in ("Event", "Report") and not _is_below_the_rooms(name))
            ):
                found.append((name, node.name))
    assert [each for each in found if each[0] not in allowed_events] == []


def _is_below_the_rooms(name: str) -> bool:
    """Tell whether a module is a codec, a verifier or play, where the words cannot be mistaken."""
    return any(
        part in name
        for part in ("pure/protocols/", "tornvakt_verify/", "cli/simulate/", "cli/prove/")
    )


def test_no_text_says_only_that_something_went_wrong() -> None:
    forbidden = ["Ett fel " + "uppstod", "Something went " + "wrong", "An error " + "occurred"]
    assert [(n, f) for n, text in texts() for f in forbidden if f in text] == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b|pytest\.mark\.(skip|xfail)")
    found = [
        (name, match.group())
        for name, text in texts()
        if name.endswith((".py", ".html", ".js", ".css", ".sh")) and (match := marks.search(text))
    ]
    assert found == []


LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def test_links_in_the_documents_lead_somewhere() -> None:
    broken = []
    for file in tracked():
        if file.suffix != ".md":
            continue
        for match in LINK.finditer(FENCE.sub("", file.read_text())):
            target = (match.group(1) or match.group(2)).partition("#")[0]
            if target and "://" not in target and not (file.parent / target).exists():
                broken.append((str(file.relative_to(PROJECT)), target))
    assert broken == []


def test_every_document_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [PROJECT / "README.md"]
    while waiting:
        file = waiting.pop()
        if file in seen or file.suffix != ".md" or not file.exists():
            continue
        seen.add(file)
        for match in LINK.finditer(FENCE.sub("", file.read_text())):
            target = (match.group(1) or match.group(2)).partition("#")[0]
            if target and "://" not in target:
                waiting.append((file.parent / target).resolve())
    documents = {file for file in tracked() if file.suffix == ".md" and "docs" in file.parts}
    assert sorted(str(file.relative_to(PROJECT)) for file in documents - seen) == []
