"""The comparison that every proof ends in must itself be able to fail."""

import shutil
from pathlib import Path

import apsw
import pytest

from tests.support.inbox import fill
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli.bench.bed import makers
from tornvakt.surfaces.cli.prove.ground import Broken, compare

NOW = 1_790_000_000


def inbox(root: Path, numbers: list[int], *, at: list[int] | None = None) -> DataDir:
    (maker,) = makers("A000", 1)
    times = at or list(range(len(numbers)))
    return fill(
        root,
        [
            NewEntry(
                Kind.SIGNAL,
                (NOW + second) * 1_000_000,
                "A000",
                "tcp 127.0.0.1",
                turn.to_bytes(16, "big"),
                maker.shot(number, NOW).frame,
                b"",
                b"",
            )
            for turn, (number, second) in enumerate(zip(numbers, times, strict=True))
        ],
    )


def test_what_was_acknowledged_and_stored_once_passes(tmp_path: Path) -> None:
    assert compare(inbox(tmp_path, [1, 2, 3]), [1, 3]) == 2


def test_a_missing_signal_is_named(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="1 av 3 kvitterade är borta, först nr 4"):
        compare(inbox(tmp_path, [1, 2, 3]), [1, 2, 4])


def test_a_signal_stored_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(Broken, match="lagrade två gånger, först nr 2"):
        compare(inbox(tmp_path, [1, 2, 2]), [1, 2])


def test_rows_against_the_clock_are_named_unless_the_clock_was_moved(tmp_path: Path) -> None:
    data = inbox(tmp_path, [1, 2], at=[5, 0])
    with pytest.raises(Broken, match="kom före den förra"):
        compare(data, [1, 2])
    assert compare(data, [1, 2], is_clock_steady=False) == 2


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ("UPDATE entry SET raw = substr(raw, 1, 20) WHERE id = 3", "ingen hel ram"),
        ("UPDATE entry SET path = 'udp' WHERE id = 3", "kedjan håller inte"),
    ],
)
def test_half_a_frame_and_a_broken_chain_are_named(tmp_path: Path, forgery: str, said: str) -> None:
    data = inbox(tmp_path / "data", [1, 2, 3])
    connection = apsw.Connection(str(data.inbox))
    connection.execute(forgery)
    connection.close()
    with pytest.raises(Broken, match=said):
        compare(data, [1])
    shutil.rmtree(data.root)
