"""The watermark survives a kill in the middle of a write."""

from pathlib import Path

import pytest

from tornvakt.base.inbox.watermark import SLOT, Mark, Watermark, read

OLD, NEW = Mark(7, b"o" * 32), Mark(8, b"n" * 32)


def test_the_newest_mark_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "watermark"
    assert read(path) is None
    mark = Watermark(path, OLD)
    assert read(path) == OLD
    for number in range(8, 20):
        mark.set(Mark(number, bytes([number]) * 32))
        assert read(path) == Mark(number, bytes([number]) * 32)
    mark.close()
    assert read(path) == Mark(19, bytes([19]) * 32)


@pytest.mark.parametrize("written", range(48))
def test_a_half_written_slot_leaves_the_one_before(tmp_path: Path, written: int) -> None:
    path = tmp_path / "watermark"
    mark = Watermark(path, OLD)
    mark.set(NEW)
    mark.close()
    content = bytearray(path.read_bytes())
    third = Watermark(tmp_path / "other", Mark(9, b"x" * 32))
    third.close()
    newest = (tmp_path / "other").read_bytes()
    # The third mark goes where OLD stands; the kill comes after some of its bytes.
    content[SLOT : SLOT + written] = newest[:written]
    path.write_bytes(content)
    assert read(path) == NEW


def test_rubbish_is_no_mark(tmp_path: Path) -> None:
    path = tmp_path / "watermark"
    for content in (b"", b"TVW1", bytes(128), b"x" * 128):
        path.write_bytes(content)
        assert read(path) is None
