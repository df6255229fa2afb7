"""`journal verify` hands over to the verifier; `journal set-aside` is a person's decision."""

import json
from pathlib import Path

import pytest

from tests.unit.base.inbox.writing import started
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import journal
from tornvakt.surfaces.cli.codes import Stop


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    data = DataDir(tmp_path / "data")
    started(data)[0].close()
    return data


def test_an_inbox_that_is_gone_is_damage_not_a_first_start(
    data: DataDir, capfd: pytest.CaptureFixture[str]
) -> None:
    assert journal.verify(data.root) == 0
    data.inbox.unlink()
    capfd.readouterr()
    assert journal.verify(data.root, as_json=True) == 1
    assert json.loads(capfd.readouterr().out)["problems"] == [
        "Inkorgen (receiver/inbox.db) är borta."
    ]


def test_a_copy_of_the_seals_is_passed_on(
    data: DataDir, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.log"
    kept.write_text("x\n")
    assert journal.verify(data.root, checkpoints=kept) == 1
    assert f"Rad 1 i {kept} är ändrad" in capfd.readouterr().out


def test_a_directory_that_never_had_a_receiver_is_told_so(tmp_path: Path) -> None:
    for command in (journal.verify, journal.set_aside):
        with pytest.raises(Stop, match="finns ingen inkorg"):
            command(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_an_inbox_is_set_aside_and_the_next_goes_on(data: DataDir) -> None:
    assert journal.set_aside(data.root) == 0
    (folder,) = data.receiver.glob("undanlagd-*")
    assert (folder / "inbox.db").exists()
    following, _ = started(data)
    assert following.last_id == 2
    following.close()
