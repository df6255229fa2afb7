"""The watermark survives a kill in the middle of a write."""

import contextlib
import os
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


def test_a_whole_file_is_written_over_in_place(tmp_path: Path) -> None:
    """A full disk has no room for a second file."""
    path = tmp_path / "watermark"
    mark = Watermark(path, OLD)
    mark.set(NEW)
    mark.close()
    inode = path.stat().st_ino
    Watermark(path, Mark(9, b"x" * 32)).close()
    assert path.stat().st_ino == inode
    assert read(path) == Mark(9, b"x" * 32)


@pytest.mark.parametrize("newest", ["first", "second"])
@pytest.mark.parametrize("writes", [0, 1, 2])
def test_a_kill_while_it_is_written_over_leaves_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, newest: str, writes: int
) -> None:
    path = tmp_path / "watermark"
    mark = Watermark(path, OLD)
    mark.set(NEW)
    if newest == "second":
        mark.set(NEW._replace(id=9))
    mark.close()
    before = read(path)
    assert before is not None
    after = Mark(10, b"a" * 32)
    write, left = os.pwrite, iter(range(writes))

    def killed(descriptor: int, content: bytes, place: int) -> int:
        if next(left, None) is None:
            write(descriptor, content[:20], place)
            raise KeyboardInterrupt
        return write(descriptor, content, place)

    monkeypatch.setattr(os, "pwrite", killed)
    with pytest.raises(KeyboardInterrupt) if writes < 2 else contextlib.nullcontext():
        Watermark(path, after)
    assert read(path) == (before if writes == 0 else after)


@pytest.mark.parametrize("content", [b"", b"short", bytes(129)])
def test_a_file_of_another_length_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "watermark"
    path.write_bytes(content)
    mark = Watermark(path, OLD)
    assert (path.stat().st_size, read(path)) == (128, OLD)
    assert mark.is_there()
    path.write_bytes(b"")
    assert not mark.is_there()
    path.unlink()
    assert not mark.is_there()
