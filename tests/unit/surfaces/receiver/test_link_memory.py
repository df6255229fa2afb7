"""The ring of link tests: what it keeps beyond a process, and that nothing ails it."""

from pathlib import Path

import pytest

from tornvakt.surfaces.receiver import link_memory
from tornvakt.surfaces.receiver.link_memory import LinkMemory, digest

TAIL = b"00112233445566778899AABBCCDDEEFF"


def other(number: int) -> bytes:
    return f"{number:032X}".encode()


def test_what_was_kept_is_known_to_the_next_process(tmp_path: Path) -> None:
    first = LinkMemory(tmp_path / "ring")
    assert first.recall(0) == []
    first.put(TAIL, b"frame", 1_000)
    first.put(other(7), b"another", 2_000)
    # No close: the process was killed.
    second = LinkMemory(tmp_path / "ring")
    assert second.recall(1_500) == [(other(7), digest(b"another"))]
    assert second.recall(500) == [(TAIL, digest(b"frame")), (other(7), digest(b"another"))]
    first.close()
    second.close()


def test_it_never_grows_and_the_oldest_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_memory, "SLOTS", 4)
    ring = LinkMemory(tmp_path / "ring")
    size = (tmp_path / "ring").stat().st_size
    for number in range(1, 7):
        ring.put(other(number), b"frame", number)
    ring.close()
    again = LinkMemory(tmp_path / "ring")
    assert {tail for tail, _ in again.recall(0)} == {other(n) for n in (3, 4, 5, 6)}
    again.put(other(7), b"frame", 7)  # goes on where the other ended
    assert {tail for tail, _ in again.recall(1)} == {other(n) for n in (4, 5, 6, 7)}
    assert (tmp_path / "ring").stat().st_size == size
    again.close()


def test_a_cut_or_damaged_ring_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    path.write_bytes(b"\xff" * 45)
    ring = LinkMemory(path)
    ring.put(TAIL, b"frame", 1_000)
    assert (TAIL, digest(b"frame")) in ring.recall(1_000)
    ring.close()
