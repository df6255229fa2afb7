"""`audit verify` hands over to the verifier; `show` reads; `set-aside` is a person's decision."""

import contextlib
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from pysqlite3 import dbapi2 as sqlite

from tornvakt.base.access.models import User
from tornvakt.base.audit import log, numbering, sequencer, setting_aside
from tornvakt.base.audit.models import Leaf
from tornvakt.base.audit.sequencer import LogWentBack, Sequencer
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import audit, django_door, examinations_of_audit, running
from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.findings import Level

AT = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> DataDir:
    """An installation whose database is the test's."""
    monkeypatch.setattr(settings, "DATA", tmp_path)

    @contextlib.contextmanager
    def prepared(_data: Path) -> Iterator[None]:
        yield

    monkeypatch.setattr(django_door, "prepared_database", prepared)
    data = DataDir(tmp_path)
    data.create()
    return data


def write(data: DataDir, count: int = 3, at: datetime = AT, action: str = "site.edit") -> None:
    with transaction.atomic():
        for number in range(count):
            log.wrote(action, by=None, on=("site", f"OBJ-{number}"), at=at, params={"n": number})
    made = Sequencer(data)
    made.step(now=at)
    made.seal(now=at)
    made.close()


def export(data: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a process of its own find the test's database."""
    if connection.vendor == "postgresql":
        of_run = os.environ["TORNVAKT_DATABASE_URL"]
        name = connection.settings_dict["NAME"]
        monkeypatch.setenv("TORNVAKT_DATABASE_URL", f"{of_run.rsplit('/', 1)[0]}/{name}")
        return
    data.main_db.unlink(missing_ok=True)
    # By Django's library: another one in this process would drop its locks on the file.
    with (
        contextlib.closing(sqlite.connect(connection.settings_dict["NAME"])) as source,
        contextlib.closing(sqlite.connect(data.main_db)) as target,
    ):
        source.backup(target)


def test_verify_answers_by_exit_code(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    write(data)
    export(data, monkeypatch)
    assert audit.verify(data.root, checkpoints=data.audit / "checkpoints.log") == 0
    assert "HEL. Varje post är oförändrad" in capfd.readouterr().out
    (data.audit / "leaves").write_bytes(b"\0" * 40)
    assert audit.verify(data.root) == 1
    assert "SKADAD" in capfd.readouterr().out


def test_a_directory_that_is_none_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="ingen datakatalog"):
        audit.verify(tmp_path / "nowhere")


def test_show_tells_who_did_what(data: DataDir, capsys: pytest.CaptureFixture[str]) -> None:
    somebody = User.objects.create(username="op2", call_name="Op 2")
    write(data)
    log.read("incident.show", by=somebody, on=("incident", "2026-000001"), at=AT, count=4)
    assert audit.show(data.root, last=3) == 0
    first, _began, second = capsys.readouterr().out.splitlines()
    assert first.endswith('skrev site.edit  site:OBJ-2  {"n":2}')
    assert "Tornvakt själv" in first
    assert first.strip().startswith("3  ")
    assert "Op 2" in second
    assert "läste incident.show  incident:2026-000001  4 rader" in second
    assert second.strip().startswith("–  ")
    assert audit.show(data.root, by="op2") == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert audit.show(data.root, on="site:OBJ-1", as_json=True) == 0
    assert '"action": "site.edit"' in capsys.readouterr().out
    with pytest.raises(Stop, match="finns inte"):
        audit.show(data.root, by="nobody")


def test_a_log_set_aside_goes_on_in_new_files_and_is_asked_about(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(data)
    before = numbering.current()
    leaves = sequencer.leaves_path(data)
    leaves.write_bytes(leaves.read_bytes() + b"\1" * 40)
    with pytest.raises(LogWentBack):
        write(data)
    assert audit.set_aside(data.root) == 0
    (folder,) = data.audit.glob("undanlagd-*")
    assert (folder / "leaves").stat().st_size == 200
    write(data)
    after = numbering.current()
    assert before is not None
    assert after is not None
    assert (after.key, after.id != before.id) == (before.key, True)
    assert leaves.stat().st_size == 40 * Leaf.objects.count() == 40 * 11
    export(data, monkeypatch)
    assert audit.verify(data.root) == 1
    folder.rename(data.root / "looked-at")
    assert audit.verify(data.root) == 0


@pytest.mark.parametrize("left", [None, b"spoilt"])
def test_a_lost_key_is_followed_by_a_new_one(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, left: bytes | None
) -> None:
    write(data)
    key = data.keys / "audit.key"
    key.unlink() if left is None else key.write_bytes(left)
    setting_aside.set_aside(data, now=AT)
    write(data)
    (folder,) = data.audit.glob("undanlagd-*")
    folder.rename(data.root / "looked-at")
    export(data, monkeypatch)
    assert audit.verify(data.root) == 0


def test_there_is_nothing_to_set_aside_before_the_log_began(data: DataDir) -> None:
    with pytest.raises(setting_aside.NothingToSetAside):
        audit.set_aside(data.root)


def doctor(data: DataDir) -> tuple[Level, str]:
    (finding,) = examinations_of_audit.audit_log(data)
    return finding.level, finding.text


def test_the_doctor_sees_a_sequencer_that_stands_still(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    write(data, at=now)
    assert doctor(data) == (Level.OK, "Granskningsloggen: 4 poster numrerade")
    with transaction.atomic():
        log.wrote("late", by=None, at=now)
    monkeypatch.setattr(running, "read", lambda _root: object())
    assert doctor(data)[0] is Level.OK
    monkeypatch.setattr(time, "time", lambda: now.timestamp() + 90)
    level, text = doctor(data)
    assert level is Level.FAULT
    assert "numrerare ligger" in text
    assert text.endswith("1 poster väntar på sitt nummer.")
    monkeypatch.setattr(running, "read", lambda _root: None)
    assert doctor(data)[0] is Level.OK


def test_the_doctor_sees_a_late_checkpoint_a_lost_key_and_a_database_put_back(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data, at=datetime.now(UTC) - timedelta(minutes=5))
    with transaction.atomic():
        log.wrote("late", by=None, at=AT)
    numbering.number_waiting(10)
    monkeypatch.setattr(running, "read", lambda _root: object())
    assert doctor(data) == (
        Level.FAULT,
        "Granskningsloggens senaste kontrollpunkt är 5 minuter gammal, fast nya poster har kommit.",
    )
    key = data.keys / "audit.key"
    right = key.read_bytes()
    key.write_bytes(b"x" * 32)
    assert doctor(data)[1].startswith("Nyckeln keys/audit.key saknas")
    key.write_bytes(right)
    leaves = sequencer.leaves_path(data)
    leaves.write_bytes(leaves.read_bytes() + b"\1" * 80)
    assert doctor(data)[1].startswith("Granskningsloggen numreras inte: filen audit/leaves har 6")
