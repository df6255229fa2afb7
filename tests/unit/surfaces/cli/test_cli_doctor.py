"""The doctor's answers on a made-up patient."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import doctor, examinations
from tornvakt.surfaces.cli.findings import Finding, Level


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    directory = DataDir(tmp_path)
    directory.create()
    return directory


def levels(found: list[Finding]) -> list[str]:
    return [str(each.level) for each in found]


def test_an_old_sqlite_is_a_fault(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    import apsw

    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.2")
    assert levels(list(examinations.sqlite(data))) == ["FEL", "OK"]
    monkeypatch.setattr(apsw, "sqlite_lib_version", lambda: "3.51.3")
    assert levels(list(examinations.sqlite(data))) == ["OK", "OK"]


def test_a_key_that_others_can_read_is_a_fault(data: DataDir) -> None:
    key = data.keys / "master.key"
    key.write_bytes(b"x" * 32)
    key.chmod(0o600)
    assert levels(list(examinations.keys(data))) == ["OK"]
    key.chmod(0o640)
    (finding,) = examinations.keys(data)
    assert finding.level is Level.FAULT
    assert finding.advice == f"Kör: chmod 600 {key}"


def status(data: DataDir, **values: object) -> None:
    usual = {"at": time.time(), "pid": os.getpid(), "state": "ok", "dc09_port": 1, "connections": 0}
    data.status.write_text(json.dumps(usual | values).ljust(4096))


def test_a_receiver_that_stands_still_is_a_fault(data: DataDir) -> None:
    status(data, at=time.time() - 60)
    (finding,) = examinations.receiver(data)
    assert finding.level is Level.FAULT
    assert finding.text == "Mottagaren har stått still i 60 s."


def test_a_receiver_that_is_not_running_is_a_warning(data: DataDir) -> None:
    assert levels(list(examinations.receiver(data))) == ["VARNING"]
    status(data, pid=2**22 - 1)
    assert levels(list(examinations.receiver(data))) == ["VARNING"]


def test_a_full_disk_and_a_closed_port_are_faults(data: DataDir) -> None:
    status(data, state="full")
    assert levels(list(examinations.receiver(data))) == ["FEL", "FEL"]


@pytest.mark.parametrize(("backlog", "level"), [(0, "OK"), (100, "OK"), (101, "VARNING")])
def test_a_worker_that_is_behind_is_a_warning(data: DataDir, backlog: int, level: str) -> None:
    worker = {"at": time.time(), "pid": os.getpid(), "backlog": backlog}
    (data.logs / "worker.status").write_text(json.dumps(worker))
    assert levels(list(examinations.worker(data))) == [level]


def test_a_worker_without_a_database_is_a_fault_and_never_up_to_date(data: DataDir) -> None:
    worker = {"at": time.time(), "pid": os.getpid(), "backlog": 9, "state": "waiting"}
    (data.logs / "worker.status").write_text(json.dumps(worker))
    (finding,) = examinations.worker(data)
    assert finding.level is Level.FAULT
    assert finding.text == "Arbetaren kommer inte åt databasen: 9 signaler når inte skärmen."


@pytest.mark.parametrize(
    ("last_id", "age", "level"), [(5, 600, "OK"), (9, 600, "FEL"), (9, 30, "OK")]
)
def test_new_rows_without_a_seal_are_a_fault(
    data: DataDir, last_id: int, age: int, level: str
) -> None:
    at_us = int((time.time() - age) * 1e6)
    data.checkpoint_log.write_text(f"5 {'ab' * 32} {at_us} {'cd' * 64}\n")
    status(data, last_id=last_id)
    assert levels(list(examinations.seals(data))) == [level]


def test_a_check_that_fails_is_a_finding_too(data: DataDir) -> None:
    def broken(data: DataDir) -> Iterator[Finding]:
        """Något."""
        raise RuntimeError("trasigt")
        yield

    (finding,) = doctor.examine(broken, data)
    assert finding.level is Level.FAULT
    assert finding.text == "Något: kunde inte undersökas (trasigt)."


def test_the_doctor_makes_nothing(tmp_path: Path) -> None:
    for check in examinations.ALL:
        doctor.examine(check, DataDir(tmp_path / "finns-inte"))
    assert list(tmp_path.iterdir()) == []
