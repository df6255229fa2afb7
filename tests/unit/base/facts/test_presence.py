"""A database file that was taken away is noticed by those who have it open."""

from pathlib import Path

import pytest
from django.db import connection

from tornvakt.base.facts.presence import DatabaseFile


def watched(path: Path, monkeypatch: pytest.MonkeyPatch) -> DatabaseFile:
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    monkeypatch.setattr(connection, "vendor", "sqlite")
    return DatabaseFile()


def test_a_file_that_is_deleted_or_replaced_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "main.db"
    path.write_bytes(b"one")
    file = watched(path, monkeypatch)
    assert file.is_another() is False
    path.write_bytes(b"changed, but the same file")
    assert file.is_another() is False
    path.rename(tmp_path / "kept")
    assert file.is_another() is True
    path.write_bytes(b"two")
    assert file.is_another() is True
    (tmp_path / "kept").rename(path)
    assert file.is_another() is False


def test_a_file_that_is_made_later_is_the_first_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "main.db"
    file = watched(path, monkeypatch)
    assert file.is_another() is False
    path.write_bytes(b"one")
    assert file.is_another() is False
    path.unlink()
    assert file.is_another() is True


def test_a_server_minds_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "main.db"
    path.write_bytes(b"one")
    monkeypatch.setitem(connection.settings_dict, "NAME", str(path))
    monkeypatch.setattr(connection, "vendor", "postgresql")
    file = DatabaseFile()
    path.unlink()
    assert file.is_another() is False
