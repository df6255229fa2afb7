"""The pages one looks things up in say what the program does."""

import re
from pathlib import Path

import pytest

from tornvakt.project.environment import Environment
from tornvakt.surfaces.cli import manual

PROJECT = Path(__file__).resolve().parents[2]
VARIABLE = re.compile(r"TORNVAKT_[A-Z0-9]+(?:_[A-Z0-9]+)*(?![A-Z0-9_])")
ENGLISH = re.compile(
    r"\b(Usage|Options|Commands|Arguments|default|required|Show this|range|int|str|float|path)\b"
)
PAGES = dict(manual.pages())


@pytest.mark.parametrize("command", PAGES)
def test_every_command_explains_itself_in_swedish(command: str) -> None:
    page = PAGES[command]
    assert page.startswith(f"Användning: {command} ")
    assert ENGLISH.findall(page) == []
    about = page.split("\n\n")[1].strip()
    assert len(about) > 15
    options = re.findall(r"^  (--[a-z0-9-]+|-[a-z])(?:.*?)(?:  +(\S.*))?$", page, re.MULTILINE)
    assert [
        name for name, text in options if not text and name not in page.split("Växlar")[0]
    ] == []


def test_the_page_of_commands_is_todays() -> None:
    page = (PROJECT / "docs" / "reference" / "kommandon.md").read_text()
    assert page == manual.manual(), (
        "run: .venv/bin/python -m tornvakt.surfaces.cli.manual > docs/reference/kommandon.md"
    )


def _lines_to_type() -> list[tuple[str, str]]:
    """Every line of the documents that somebody is to type in a terminal, with its page."""
    pages = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]
    return [
        (page.name, line.strip())
        for page in pages
        for line in page.read_text().splitlines()
        if line.startswith("    ") and not line.strip().startswith("Ett eget")
    ]


def test_what_the_documents_say_to_type_exists() -> None:
    wrong, seen = [], 0
    for page, line in _lines_to_type():
        for command in re.findall(r"(?:^|[|;$(]\s*)(\./tornvakt [^|;)]*)", line):
            words, seen = command.split(), seen + 1
            name = next((n for n in (" ".join(words[:3]), " ".join(words[:2])) if n in PAGES), "")
            options = re.findall(r"(?<=\s)--[a-z0-9-]+", command)
            if not name or any(not re.search(f"{each}\\b", PAGES[name]) for each in options):
                wrong.append((page, command))
    assert (wrong, seen > 20) == ([], True)


def test_the_processes_the_documents_name_are_those_that_start() -> None:
    named = [p for _, line in _lines_to_type() for p in re.findall(r"pgrep .* -f '?([^')]+)", line)]
    started = (PROJECT / "src/tornvakt/surfaces/cli/services.py").read_text()
    commands = re.findall(r"command = .*", started)
    run = [" ".join(re.findall(r'"([^"]+)"', each)) for each in commands]
    assert len(named) >= 2
    assert [name for name in named if not any(name in each for each in run)] == []


def test_every_setting_is_documented_and_no_other() -> None:
    page = (PROJECT / "docs" / "reference" / "installningar.md").read_text()
    documented = set(re.findall(r"^\| `(TORNVAKT_\w+)`", page, re.MULTILINE))
    described = {f"TORNVAKT_{name.upper()}" for name in Environment.model_fields}
    used = {
        name
        for file in (PROJECT / "src").rglob("*.py")
        for name in VARIABLE.findall(file.read_text())
    }
    assert described - documented == set()
    assert used - documented == set()
    assert documented - described - used == set()
    assert all(field.description for field in Environment.model_fields.values())


def test_every_dependency_has_a_reason() -> None:
    page = (PROJECT / "docs" / "decisions" / "dependencies.md").read_text()
    lines = (PROJECT / "requirements" / "run.in").read_text().splitlines()
    names = [re.split(r"[\[=<>]", line)[0] for line in lines if line and line[0] not in "#-"]
    assert [name for name in names if not re.search(rf"^\| .*\b{name}\b", page, re.MULTILINE)] == []


def test_the_two_commands_stand_in_the_readme() -> None:
    readme = (PROJECT / "README.md").read_text()
    assert "    ./tornvakt start " in readme
    assert "    ./tornvakt test " in readme
