"""One minute of an operator's work with a long queue that is never still (the long form: 30)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tornvakt.surfaces.cli.bench import taking


def measure(folder: Path) -> dict[str, Any]:
    """Run the short form of ``./tornvakt bench desk`` and return its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "tornvakt.surfaces.cli", "bench", "desk", "--quick", "--json",
         "--folder", str(folder)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stdout, done.stderr[-1500:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
def test_what_an_operator_takes_is_shown_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    """A machine that builds other things meanwhile gets a second try, and says so."""
    for attempt in (1, 2):
        (row,) = measure(tmp_path)["rows"]
        figures = row["details"]
        if figures["p95_ms"] <= taking.SHOWN_MS or attempt == 2:
            break
        print(f"p95 {figures['p95_ms']} ms, once more")
    assert figures["rows"] >= taking.ROWS
    assert figures["takes"] >= 60
    assert figures["p95_ms"] <= taking.SHOWN_MS
    assert figures["grown_mb"] <= taking.GROWN_MB
