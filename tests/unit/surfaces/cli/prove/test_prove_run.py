"""What a proof's outcome is called, and that one that could not run is never counted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tornvakt.surfaces.cli.prove import crash, run
from tornvakt.surfaces.cli.prove.ground import Broken, CouldNotRun, Ground, Shown, Verdict

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def outcome(monkeypatch: pytest.MonkeyPatch, folder: Path, error: Exception | None) -> run.Result:
    def proof(ground: Ground) -> Shown:
        assert not ground.is_long
        if error:
            raise error
        return Shown("gjordes", "hände", 3)

    monkeypatch.setitem(run.PROOFS, "P1", run.Proof("ett löfte", proof))
    return run.prove("P1", folder, is_long=False)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (None, Verdict.HOLDS),
        (Broken("2 är borta"), Verdict.BROKEN),
        (CouldNotRun("strace saknas"), Verdict.COULD_NOT_RUN),
    ],
)
def test_verdicts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception | None, verdict: Verdict
) -> None:
    result = outcome(monkeypatch, tmp_path, error)
    assert result.verdict is verdict
    assert result.n == (3 if error is None else 0)
    assert list(tmp_path.iterdir()) == []


def test_a_proof_that_could_not_run_is_loud_and_not_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    results = [
        outcome(monkeypatch, tmp_path, None),
        outcome(monkeypatch, tmp_path, CouldNotRun("strace saknas")),
    ]
    text = run.markdown(results, now=AT, is_long=False)
    assert "kort form: 1 av 2 bevis håller" in text
    assert "**P1 KUNDE INTE KÖRAS: strace saknas. Beviset räknas inte.**" in text


def test_the_way_from_frame_to_ack_is_read_from_a_trace() -> None:
    trace = "\n".join(
        [
            "7 epoll_pwait(12,  <unfinished ...>",
            '7 read(25, "\\n86530044\\"SIA-DCS\\"0001"..., 256000) = 78',
            "8 pwrite64(5, ...) = 24",
            "8 fdatasync(5 <unfinished ...>",
            "8 <... fdatasync resumed>) = 0",
            '7 write(25, "\\n6EF20012\\"ACK\\"0001"..., 28) = 28',
            "7 close(25) = 0",
        ]
    )
    assert crash._between_frame_and_ack(trace) == {
        "read": 1,
        "pwrite64": 1,
        "fdatasync": 1,
        "write": 1,
    }
