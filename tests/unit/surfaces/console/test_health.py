"""What the signs of life amount to. The most serious trouble is named."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tornvakt.base.facts import presence
from tornvakt.base.inbox.paths import DataDir
from tornvakt.surfaces.console import health
from tornvakt.surfaces.console.health import look

NOW = 1_795_000_000.0


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    folder = DataDir(tmp_path)
    folder.create()
    return folder


def write(data: DataDir, receiver: dict[str, Any] | None, worker: dict[str, Any] | None) -> None:
    for path, status in ((data.status, receiver), (data.logs / "worker.status", worker)):
        if status is not None:
            path.write_text(json.dumps(status).ljust(4095) + "\n")


ALIVE = {"at": NOW - 1, "state": "ok"}


@pytest.mark.parametrize(
    ("receiver", "worker", "database_age", "trouble"),
    [
        (ALIVE, {"at": NOW - 1}, 0.0, ""),
        (None, {"at": NOW - 1}, 0.0, "receiver"),
        ({"at": NOW - 11, "state": "ok"}, None, 99.0, "receiver"),
        ({"at": NOW, "state": "full"}, None, 99.0, "full"),
        (ALIVE, None, 11.0, "database"),
        (ALIVE, None, 0.0, "worker"),
        (ALIVE, {"at": NOW - 11}, 0.0, "worker"),
        (ALIVE, {"at": NOW - 1, "state": "starting"}, 0.0, ""),
        (ALIVE, {"at": NOW - 1, "state": "waiting"}, 0.0, "worker"),
        (ALIVE, {"at": NOW - 1, "state": "wrong_inbox"}, 0.0, "worker"),
        (ALIVE, {"at": NOW - 1, "state": "no_inbox"}, 0.0, "worker"),
    ],
)
def test_the_most_serious_trouble_is_named(
    data: DataDir,
    receiver: dict[str, Any] | None,
    worker: dict[str, Any] | None,
    database_age: float,
    trouble: str,
) -> None:
    write(data, receiver, worker)
    assert look(NOW, database_age=database_age).trouble == trouble


def test_a_damaged_status_counts_as_none(data: DataDir) -> None:
    data.status.write_text('{"at": 17950')
    found = look(NOW)
    assert (found.trouble, found.receiver_age) == ("receiver", None)


def test_the_pulse_is_aged_from_when_it_left_the_receiver(data: DataDir) -> None:
    write(data, ALIVE, {"at": NOW, "backlog": 7, "pulse": 12})
    found = look(NOW, carried_at=NOW - 0.3)
    assert found.pulse_age == pytest.approx(0.3)
    assert (found.backlog, found.pulse) == (7, 12)
    assert found.contact_age == 1


def test_a_pulse_that_stands_still_is_trouble_but_not_one_from_before_our_start(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(data, ALIVE, {"at": NOW})
    monkeypatch.setattr(health, "_STARTED_AT", NOW - 100)
    assert look(NOW, carried_at=NOW - 41).trouble == "pulse"
    assert look(NOW, carried_at=NOW - 39).trouble == ""
    assert look(NOW, carried_at=None).trouble == ""
    monkeypatch.setattr(health, "_STARTED_AT", NOW - 5)
    assert look(NOW, carried_at=NOW - 9000).trouble == ""


def test_one_who_cannot_ask_the_database_hears_of_the_pulse_from_the_worker(
    data: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_STARTED_AT", NOW - 100)
    write(data, ALIVE, {"at": NOW, "state": "ok", "pulse": 3, "pulse_at": NOW - 41})
    assert (look(NOW).trouble, look(NOW).pulse_age) == ("pulse", 41)
    assert look(NOW, carried_at=NOW - 1).trouble == ""
    write(data, ALIVE, {"at": NOW, "state": "ok", "pulse": 3, "pulse_at": None})
    assert (look(NOW).trouble, look(NOW).pulse_age) == ("", None)


def test_a_database_file_that_was_taken_away_is_trouble_and_ends_the_process(
    data: DataDir, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    write(data, {"at": now, "state": "ok"}, {"at": now, "state": "ok"})
    left: list[bool] = []
    monkeypatch.setattr(presence, "leave", lambda: left.append(True))
    answer = client.get("/halsa/")
    assert (answer.status_code, answer.json()["trouble"], left) == (200, "", [])
    monkeypatch.setattr(presence.DatabaseFile, "is_another", lambda _self: True)
    answer = client.get("/halsa/")
    assert (answer.status_code, answer.json()["trouble"], left) == (503, "database", [True])
