"""Settings: what the environment means, and each way it can be wrong."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from pydantic import ValidationError

from tornvakt.project import secret
from tornvakt.project.checks import problems
from tornvakt.project.database import settings_for
from tornvakt.project.environment import Environment
from tornvakt.project.sqlite.base import Database, DatabaseWrapper, kept_open


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the variables of whoever runs the tests."""
    for name in list(os.environ):
        if name.startswith("TORNVAKT_"):
            monkeypatch.delenv(name)


def test_without_variables_it_is_the_demo_on_this_machine() -> None:
    made = Environment()
    assert (made.mode, made.http_host, made.http_port, made.dc09_port) == (
        "demo", "127.0.0.1", 8080, 10500,
    )  # fmt: skip
    assert problems(made) == []


def test_variables_are_read_and_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORNVAKT_HTTP_PORT", "9090")
    monkeypatch.setenv("TORNVAKT_ALLOWED_HOSTS", "larm.example.se, localhost")
    made = Environment()
    assert made.http_port == 9090
    assert made.allowed_hosts == ["larm.example.se", "localhost"]


def test_the_name_of_the_public_address_is_answered_to() -> None:
    made = Environment(allowed_hosts=["localhost"], origin="https://larm.example.se:8443")
    assert made.hosts == ["localhost", "larm.example.se"]
    assert Environment(allowed_hosts=["localhost"]).hosts == ["localhost"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("HTTP_PORT", "70000"), ("HTTP_PORT", "åtta"), ("MODE", "prod"), ("DEBUG", "kanske")],
)
def test_a_value_that_cannot_be_read_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"TORNVAKT_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Environment()


_MAP = {"map_kind": "wms", "map_url": "http://k.example.se", "map_attribution": "K"}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"tls_cert": __file__}, "tornvakt.E001"),
        ({"tls_cert": "/nowhere", "tls_key": __file__}, "tornvakt.E002"),
        ({"origin": "larm.example.se"}, "tornvakt.E003"),
        ({"origin": "https://larm.example.se/desk"}, "tornvakt.E003"),
        ({"secret_key": "kort"}, "tornvakt.E004"),
        ({"debug": True, "mode": "skarp"}, "tornvakt.E005"),
        ({"allowed_hosts": "*"}, "tornvakt.W001"),
        ({"mode": "skarp", "ballast_mb": 10}, "tornvakt.W002"),
        ({"http_host": "0.0.0.0"}, "tornvakt.W003"),
        ({"call_tree": "fax:12"}, "tornvakt.E010"),
        ({"map_url": "https://k.example.se", "map_attribution": "K"}, "tornvakt.E007"),
        ({"map_kind": "wms", "map_url": "k.se", "map_attribution": "K"}, "tornvakt.E007"),
        ({"map_kind": "wms", "map_url": "https://k.example.se"}, "tornvakt.E008"),
        ({**_MAP, "map_key_file": "/nowhere"}, "tornvakt.E009"),
        ({**_MAP, "origin": "https://larm.example.se"}, "tornvakt.W004"),
    ],
)
def test_each_unwise_setting_has_its_message(values: dict[str, object], found: str) -> None:
    messages = problems(Environment(**values))  # type: ignore[arg-type]
    assert [message.id for message in messages] == [found]


def test_sqlite_is_durable_and_only_the_worker_checkpoints(tmp_path: Path) -> None:
    web = settings_for("", tmp_path / "main.db", checkpoints=False)["OPTIONS"]
    worker = settings_for("", tmp_path / "main.db", checkpoints=True)["OPTIONS"]
    assert web["transaction_mode"] == "IMMEDIATE"
    assert web["init_command"].split(";") == [
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "PRAGMA mmap_size=0",
        "PRAGMA wal_autocheckpoint=0",
    ]
    assert worker["init_command"].endswith("wal_autocheckpoint=1000")


def test_an_address_becomes_postgresql(tmp_path: Path) -> None:
    made = settings_for(
        "postgresql://larm:h%40r@db.example.se:5433/torn%C3%A5?sslmode=require",
        tmp_path,
        checkpoints=False,
    )
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["NAME"], made["USER"], made["PASSWORD"]) == ("tornå", "larm", "h@r")
    assert (made["HOST"], made["PORT"]) == ("db.example.se", "5433")
    assert made["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://server", "main.db"])
def test_another_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="TORNVAKT_DATABASE_URL"):
        settings_for(url, tmp_path, checkpoints=False)


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "web.key"
    first = secret.read_or_make(file)
    assert secret.read_or_make(file) == first
    assert len(first) >= 48
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["web.key"]


def test_where_there_is_no_directory_the_key_lives_with_the_process(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "web.key"
    assert secret.read_or_make(file) != secret.read_or_make(file)
    assert not file.exists()


@pytest.mark.django_db
def test_the_library_behind_sqlite_is_sound_and_refers() -> None:
    if connection.vendor != "sqlite":
        assert connection.vendor == "postgresql"
        return
    assert tuple(connection.get_database_version()) >= (3, 51, 3)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT %s, %s", ["50 %s", "ö"])
        assert cursor.fetchone() == ("50 %s", "ö")


def test_a_database_that_is_gone_is_not_made_anew_by_whoever_asks(tmp_path: Path) -> None:
    file = tmp_path / "en mapp #1?" / "main.db"
    file.parent.mkdir()
    asks = DatabaseWrapper(_whole(settings_for("", file, checkpoints=False, must_exist=True)))
    makes = DatabaseWrapper(_whole(settings_for("", file, checkpoints=False)))
    with pytest.raises(Database.OperationalError):
        asks.get_new_connection(asks.get_connection_params())
    assert list(file.parent.iterdir()) == []
    for wrapper in (makes, asks):
        wrapper.get_new_connection(wrapper.get_connection_params()).close()


def test_a_connection_is_kept_for_whoever_asks_next(tmp_path: Path) -> None:
    file = tmp_path / "main.db"
    given = _whole(settings_for("", file, checkpoints=False, kept_open=1))
    one, other, third = DatabaseWrapper(given), DatabaseWrapper(given), DatabaseWrapper(given)
    try:
        first = one.connection = one.get_new_connection(one.get_connection_params())
        second = other.connection = other.get_new_connection(other.get_connection_params())
        assert first is not second
        first.execute("BEGIN")
        one._close()  # in the middle of something: not for anybody else
        with pytest.raises(Database.ProgrammingError):
            first.execute("SELECT 1")
        other._close()
        assert third.get_new_connection(third.get_connection_params()) is second
        third.connection = second
        third._close()
        file.rename(tmp_path / "away.db")
        Database.connect(str(file)).close()
        anew = third.get_new_connection(third.get_connection_params())
        assert anew is not second  # which leads to the file that was moved away
        anew.close()
    finally:
        kept_open.close()


def _whole(given: dict[str, Any]) -> dict[str, Any]:
    """Add what Django adds to every database's settings."""
    return {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True, "CONN_MAX_AGE": 0, "TIME_ZONE": None,
            "CONN_HEALTH_CHECKS": False, **given}  # fmt: skip
