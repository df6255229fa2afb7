"""The worker numbers the audit log as a process: killed in the middle, it numbers each once."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.support.inbox import fill

WRITER = """
import sys, time, django
django.setup()
from datetime import UTC, datetime
from django.db import transaction
from tornvakt.base.audit import log
for number in range(int(sys.argv[1])):
    with transaction.atomic():
        log.wrote("site.edit", by=None, on=("site", f"OBJ-{number}"), at=datetime.now(UTC))
    time.sleep(0.002)
"""
COUNT = 400
KILLS = 3
PATIENCE_S = 90.0

Environment = dict[str, str]


@pytest.fixture
def environment(fresh_database: Environment, tmp_path: Path) -> Environment:
    made = {
        **os.environ,
        **fresh_database,
        "TORNVAKT_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
    }
    fill(tmp_path, [])
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"], env=made, check=True
    )
    return made


@pytest.fixture
def worker(environment: Environment) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, "-m", "tornvakt.surfaces.worker"], env=environment
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def ask(environment: Environment, sql: str) -> list[tuple[int, ...]]:
    if url := environment["TORNVAKT_DATABASE_URL"]:
        with psycopg.connect(url) as server:
            return server.execute(sql.encode()).fetchall()
    with contextlib.closing(sqlite3.connect(f"{environment['TORNVAKT_DATA']}/main.db")) as file:
        return file.execute(sql).fetchall()


def verified(environment: Environment) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tornvakt_verify.audit", environment["TORNVAKT_DATA"], "--json"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    report: dict[str, object] = json.loads(done.stdout)
    return report


@pytest.mark.slow
def test_each_entry_gets_one_number_though_the_worker_is_killed_again_and_again(
    environment: Environment, worker: Callable[[], "subprocess.Popen[bytes]"]
) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(COUNT)], env=environment)
    for _ in range(KILLS):
        process = worker()
        before = ask(environment, "SELECT count(*) FROM audit_leaf")[0][0]
        end = time.monotonic() + PATIENCE_S
        while (
            ask(environment, "SELECT count(*) FROM audit_leaf")[0][0] == before
            and writer.poll() is None
            and time.monotonic() < end
        ):
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert writer.wait(PATIENCE_S) == 0
    sign_of_life = Path(environment["TORNVAKT_DATA"], "logs", "worker.status")
    sign_of_life.unlink(missing_ok=True)
    last = worker()
    end = time.monotonic() + PATIENCE_S
    # The ones before may have left nothing to do: it hears SIGTERM once it runs, and not before.
    while not sign_of_life.exists() or ask(environment, "SELECT count(*) FROM audit_pending")[0][0]:
        assert time.monotonic() < end, "the sequencer did not catch up"
        time.sleep(0.1)
    last.send_signal(signal.SIGTERM)
    assert last.wait(PATIENCE_S) == 0
    size = ask(
        environment, "SELECT count(*), max(number), count(DISTINCT entry_id) FROM audit_leaf"
    )
    entries = ask(environment, "SELECT count(*) FROM audit_entry")[0][0]
    assert size == [(entries, entries - 1, entries)]
    assert entries >= COUNT + 1
    report = verified(environment)
    assert report["problems"] == []
    assert report["entries"] == entries
    assert report["checkpoints"] != 0
    assert report["notes"] == []
