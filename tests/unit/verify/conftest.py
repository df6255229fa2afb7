"""Inboxes and audit logs to verify."""

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from tests.unit.base.inbox.writing import signal, started
from tests.unit.verify.audited import ROUNDS, Log, write
from tornvakt.base.inbox.paths import DataDir


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> DataDir:
    """Sixty rows and genesis, sealed at rows 21, 41 and 61."""
    data = DataDir(tmp_path_factory.mktemp("pristine") / "data")
    for round_ in range(3):
        journal, answers = started(data)
        for n in range(20):
            journal.put(signal(b"%d" % (round_ * 20 + n), account=f"{n:04d}"), n)
        answers.until_answered(20)
        journal.close()
    return data


@pytest.fixture
def data(pristine: DataDir, tmp_path: Path) -> DataDir:
    shutil.copytree(pristine.root, tmp_path / "data")
    return DataDir(tmp_path / "data")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Log:
    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    data = DataDir(tmp_path / "data")
    data.create()
    write(data, ROUNDS)
    there = Log(data)
    there.export()
    return there
