"""The sign of life keeps its place and its size."""

import json
from pathlib import Path

import pytest

from tornvakt.surfaces.receiver.status import SIZE, StatusFile


def test_it_is_rewritten_in_place(tmp_path: Path) -> None:
    path = tmp_path / "status"
    status = StatusFile(path)
    inode = path.stat().st_ino
    for n in (1000, 1):
        status.write({"n": n})
        assert json.loads(path.read_bytes()) == {"n": n}
    assert (path.stat().st_size, path.stat().st_ino) == (SIZE, inode)
    with pytest.raises(ValueError, match="does not fit"):
        status.write({"n": "x" * SIZE})
    status.close()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_it_is_made_again_when_it_was_taken_away(tmp_path: Path, is_replaced: bool) -> None:
    path = tmp_path / "status"
    status = StatusFile(path)
    status.write({"n": 1})
    path.unlink()
    if is_replaced:
        path.write_text("something else")
    status.write({"n": 2})
    assert json.loads(path.read_bytes()) == {"n": 2}
    status.close()


def test_it_goes_on_when_it_cannot_be_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    status = StatusFile(folder / "status")
    folder.rename(tmp_path / "moved")
    status.write({"n": 1})
    folder.mkdir()
    status.write({"n": 2})
    assert json.loads((folder / "status").read_bytes()) == {"n": 2}
    status.close()
