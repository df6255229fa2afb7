"""Which database an installation uses, and that looking never makes one."""

import contextlib
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.cli import databases, django_door, examinations, installation, readiness
from tornvakt.surfaces.cli.codes import Stop
from tornvakt.surfaces.cli.findings import Level

URL = "postgresql://tornvakt:hemligt@127.0.0.1:5433/larm"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.delenv(databases.VARIABLE, raising=False)
    directory = DataDir(tmp_path)
    directory.create()
    return directory


def write(file: Path, *migrations: str) -> None:
    """Make a database that has had some migrations."""
    with contextlib.closing(dbapi2.connect(str(file))) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE django_migrations (app, name)")
        connection.executemany(
            "INSERT INTO django_migrations VALUES ('x', ?)", [(name,) for name in migrations]
        )
        connection.commit()


@pytest.mark.parametrize(
    "url", ["hej", "mysql://x/y", "postgresql://värd", "postgresql://v:port/x", "postgresql://[/x"]
)
def test_an_address_that_cannot_be_read_is_one_line(
    data: DataDir, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv(databases.VARIABLE, url)
    with pytest.raises(Stop, match="TORNVAKT_DATABASE_URL går inte att tyda"):
        databases.address()


@pytest.mark.parametrize("url", ["", URL, "postgres:///larm", "postgresql://[::1]/larm"])
def test_an_address_that_can_be_read_passes(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(databases.VARIABLE, url)
    assert databases.address() == url


def test_a_centre_on_postgresql_is_remembered_without_its_password(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(databases.VARIABLE, URL)
    databases.remember(data)
    assert databases.agreed(data) == URL
    monkeypatch.delenv(databases.VARIABLE)
    with pytest.raises(Stop) as stopped:
        databases.agreed(data)
    assert "postgresql://tornvakt@127.0.0.1:5433/larm" in str(stopped.value)
    assert databases.VARIABLE in str(stopped.value)
    assert [file for file in data.root.rglob("*") if b"hemligt" in _content(file)] == []
    (finding,) = examinations.database(data)
    assert finding.level is Level.FAULT
    with pytest.raises(Stop, match="använder postgresql"), django_door.prepared_database(data.root):
        pass
    assert not data.main_db.exists()
    databases.remember(data)
    assert databases.agreed(data) == ""


def _content(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""


def test_a_command_that_reads_makes_no_database(data: DataDir) -> None:
    with pytest.raises(Stop, match="inte förberedd"), django_door.prepared_database(data.root):
        pass
    assert not data.main_db.exists()


def test_another_file_in_the_place_of_the_database_is_not_prepared(data: DataDir) -> None:
    write(data.main_db, "0001", "0002")
    readiness.put_stamp(data, is_demo=False)
    assert readiness.is_prepared(data, is_demo=False)
    assert not readiness.is_prepared(data, is_demo=True)
    for file in data.root.glob("main.db*"):
        file.unlink()
    assert not readiness.is_prepared(data, is_demo=False)
    data.main_db.write_bytes(b"")
    assert not readiness.is_prepared(data, is_demo=False)
    data.main_db.write_bytes(b"inget SQLite" * 1000)
    assert not readiness.is_prepared(data, is_demo=False)
    data.main_db.unlink()
    write(data.main_db, "0001")
    assert not readiness.is_prepared(data, is_demo=False)


def test_asking_leaves_the_database_as_it_was(data: DataDir) -> None:
    assert databases.applied(data.main_db) == ""
    assert not data.main_db.exists()


def test_an_inbox_without_tables_says_nothing_of_the_installation(data: DataDir) -> None:
    data.inbox.write_bytes(b"")
    assert installation.agreed_mode(data, wants_demo=True) == "demo"
    assert installation.agreed_mode(data, wants_demo=False, otherwise="ovning") == "ovning"
