"""The short form of every fault proof, against the real processes.

A proof that cannot run fails here, with the reason. The one exception needs root: it is reported
loudly and not counted.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from tornvakt.surfaces.cli.prove.ground import Verdict
from tornvakt.surfaces.cli.prove.run import PROOFS, prove

LIMIT_S = 240


class TookTooLong(Exception):
    """The proof did not come to an end."""


@pytest.fixture(autouse=True)
def time_limit() -> Iterator[None]:
    def ring(_number: int, _frame: FrameType | None) -> None:
        raise TookTooLong(f"inte klart på {LIMIT_S} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(LIMIT_S)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_every_promised_proof_is_here() -> None:
    promised = {"P1", "P2", "P3", "P4", "P5", "P6", "P8", "P9", "P11", "P20", "P21"}
    assert promised <= set(PROOFS)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PROOFS))
def test_proof_holds(name: str, tmp_path: Path) -> None:
    result = prove(name, tmp_path, is_long=False)
    if result.verdict is Verdict.COULD_NOT_RUN and PROOFS[name].needs_root and os.geteuid():
        pytest.skip(f"{name} {result.found}")
    assert (result.verdict, result.found) == (Verdict.HOLDS, result.found)
    assert result.n > 0
