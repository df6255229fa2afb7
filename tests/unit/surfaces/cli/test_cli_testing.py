"""The closing line of `./tornvakt test` tells the truth, also about tests that did not run."""

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
    monkeypatch.setattr(testing, "_Run", None)
    with pytest.raises(Stop, match="finns inte"):
        testing.test(context)  # type: ignore[arg-type]


def test_a_part_that_never_ends_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "RESULTS", tmp_path)
    monkeypatch.setattr(testing, "LONGEST_S", 0.0)
    part = testing.Part("x", "enhetsprov", ("tests/unit",), options=("--collect-only",))
    score = testing._Run(part, []).end()
    assert (score.passed, score.failed) == (0, 1)
    assert score.lines == ["FAILED enhetsprov - avbruten efter 0 s"]


def test_a_part_that_waits_beside_the_others_is_shown_and_counted_at_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "test_two.py"
    file.write_text("def test_good(): pass\n\n\ndef test_bad(): assert False\n")
    monkeypatch.setattr(testing, "RESULTS", tmp_path)
    options = ("-p", "no:cacheprovider", f"--rootdir={tmp_path}", "-c", "/dev/null")
    run = testing._Run(testing.Part("x", "väntan", (str(file),), options), [], is_quiet=True)
    assert capfdbinary.readouterr().out == b""
    score = run.end()
    assert (score.passed, score.failed) == (1, 1)
    told = capfdbinary.readouterr().out.decode()
    assert told.startswith("--- väntan\n")
    assert "1 failed, 1 passed" in told


def test_every_test_has_a_part_and_only_one() -> None:
    """A folder that no part names would never be run."""
    root = Path(__file__).resolve().parents[4]
    files = {str(file.relative_to(root)) for file in root.glob("tests/**/test_*.py")}
    seen: list[str] = []
    for part in testing.PARTS:
        if part.name == "postgresql":
            continue  # runs again what uses the database
        left_out = tuple(
            option.removeprefix("--ignore=")
            for option in part.options
            if option.startswith("--ignore=")
        )
        seen += [file for file in files if _is_under(file, part.paths, left_out)]
    assert sorted(seen) == sorted(files)


def _is_under(file: str, paths: tuple[str, ...], left_out: tuple[str, ...]) -> bool:
    def under(path: str) -> bool:
        return file == path or file.startswith(f"{path}/")

    return any(map(under, paths)) and not any(map(under, left_out))
