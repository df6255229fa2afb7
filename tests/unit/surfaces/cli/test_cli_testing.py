"""The closing line of `./tornvakt test` tells the truth, also about tests that did not run."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tornvakt.surfaces.cli import testing
from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.testing import Score, closing_line, count

REPORT = """<?xml version="1.0"?>
<testsuites><testsuite>
  <testcase classname="tests.a" name="test_well"/>
  <testcase classname="tests.a" name="test_wrong"><failure message="x">x</failure></testcase>
  <testcase classname="tests.a" name="test_broken"><error message="x">x</error></testcase>
  <testcase classname="tests.a" name="test_left_out"><skipped message="x">x</skipped></testcase>
</testsuite></testsuites>
"""


def test_a_skipped_test_counts_as_failed(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    score = count(report)
    assert (score.passed, score.failed) == (1, 3)
    assert score.lines == [
        "FAILED tests.a::test_wrong",
        "FAILED tests.a::test_broken",
        "FAILED tests.a::test_left_out - kunde inte köras",
    ]


def test_the_closing_line_has_pytests_form() -> None:
    line = closing_line(Score(passed=812, failed=0), 640.214)
    assert line.strip("=") == " 812 passed, 0 failed in 640.21s "
    assert line.startswith("====") and len(line) == 80


@pytest.mark.parametrize("file", ["/nope.py", "tests/unit/nope", "tests/nope.py::test_x"])
def test_a_file_that_is_not_there_is_said_before_anything_runs(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    context = SimpleNamespace(args=["-q", file, "-k", "något"])
    monkeypatch.setattr(testing, "_run_part", None)
    with pytest.raises(Stop, match="finns inte"):
        testing.test(context)  # type: ignore[arg-type]


def test_a_part_that_never_ends_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1500)

    monkeypatch.setattr(testing, "RESULTS", tmp_path)
    monkeypatch.setattr(subprocess, "run", hang)
    score = testing._run_part(testing.Part("x", "enhetsprov", ()), [])
    assert (score.passed, score.failed) == (0, 1)
    assert score.lines == ["FAILED enhetsprov - avbruten efter 25 minuter"]
