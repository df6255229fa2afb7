"""The worker as a process: it starts, drains, survives being killed, and ends when told to."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from pysqlite3 import dbapi2 as sqlite

from tests.support.inbox import START_US, fill, sia

PATIENCE_S = 60.0
SIGNALS = 1500

Query = Callable[[str], list[tuple[Any, ...]]]
Environment = dict[str, str]


@pytest.fixture
def environment(fresh_database: Environment, tmp_path: Path) -> Environment:
    """Give the environment of a migrated installation with SIGNALS signals in its inbox."""
    made = {
        **os.environ,
        **fresh_database,
        "TORNVAKT_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
    }
    fill(
        tmp_path,
        (
            sia("1234", f"Nri1/BA{n % 50 + 1}", sequence=n % 9999 + 1, at_us=START_US + n)
            for n in range(SIGNALS)
        ),
    )
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"], env=made, check=True
    )
    return made


@pytest.fixture
def query(environment: Environment) -> Query:
    """Give a function that asks the database from outside Django."""
    url = environment["TORNVAKT_DATABASE_URL"]

    def ask(sql: str) -> list[tuple[Any, ...]]:
        if url:
            with psycopg.connect(url) as connection:
                return connection.execute(sql.encode()).fetchall()
        connection = sqlite.connect(f"{environment['TORNVAKT_DATA']}/main.db", timeout=20)
        try:
            return list(connection.execute(sql).fetchall())
        finally:
            connection.close()

    return ask


@pytest.fixture
def start(environment: Environment) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Give a function that starts a worker; what still runs is killed afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start_one(module: str = "tornvakt.surfaces.worker") -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-m", module], env=environment)
        started.append(process)
        return process

    yield start_one
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def status(environment: Environment, name: str = "worker") -> dict[str, Any]:
    try:
        text = (Path(environment["TORNVAKT_DATA"]) / "logs" / f"{name}.status").read_text()
        found = json.loads(text)
    except (OSError, ValueError):
        return {}
    assert isinstance(found, dict)
    return found


def ends_within(process: "subprocess.Popen[bytes]", seconds: float) -> int:
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    code = process.wait(PATIENCE_S)
    assert time.monotonic() - began < seconds
    return code


def test_it_drains_the_inbox_and_ends_when_told_to(
    environment: Environment,
    query: Query,
    start: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    worker = start()
    until(lambda: status(environment).get("cursor") == SIGNALS + 1)
    assert status(environment)["backlog"] == 0
    assert status(environment)["state"] == "ok"
    assert ends_within(worker, 2.0) == 0
    assert query("SELECT count(*), count(DISTINCT entry_id) FROM alarms_signal") == [
        (SIGNALS, SIGNALS)
    ]


def test_killed_in_the_middle_it_goes_on_where_it_was(
    environment: Environment,
    query: Query,
    start: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    def stored() -> int:
        return int(query("SELECT count(*) FROM alarms_signal")[0][0])

    kills = 0
    for _ in range(3):
        worker = start()
        before = stored()
        until(lambda before=before: stored() > before or stored() == SIGNALS)  # type: ignore[misc]
        if stored() < SIGNALS:
            kills += 1
        worker.kill()
        worker.wait()
    assert kills, "it was never killed in the middle"
    start()
    until(lambda: status(environment).get("cursor") == SIGNALS + 1)
    assert query("SELECT count(*), count(DISTINCT entry_id) FROM alarms_signal") == [
        (SIGNALS, SIGNALS)
    ]
    assert query("SELECT sum(signal_count) FROM alarms_alarm") == [(SIGNALS,)]
    assert query("SELECT sum(signal_count) FROM incidents_incident") == [(SIGNALS,)]


def test_it_ends_in_time_while_the_database_keeps_it_waiting(
    environment: Environment, start: Callable[..., "subprocess.Popen[bytes]"]
) -> None:
    url = environment["TORNVAKT_DATABASE_URL"]
    if url:
        holder: Any = psycopg.connect(url)
        holder.execute("LOCK TABLE alarms_inboxcursor IN ACCESS EXCLUSIVE MODE")
    else:
        holder = sqlite.connect(
            f"{environment['TORNVAKT_DATA']}/main.db", isolation_level=None, timeout=20
        )
        holder.execute("BEGIN IMMEDIATE")
    try:
        worker = start()
        time.sleep(4.0)  # it has loaded Django and waits for the lock
        assert worker.poll() is None
        assert ends_within(worker, 2.0) == 0
    finally:
        holder.close()


def test_an_inbox_of_another_installation_ends_it_with_a_code_of_its_own(
    environment: Environment, start: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    worker = start()
    until(lambda: status(environment).get("cursor") == SIGNALS + 1)
    assert ends_within(worker, 2.0) == 0
    for file in (tmp_path / "receiver").glob("*"):
        if file.is_file():
            file.unlink()
    fill(tmp_path, [sia("1234", "Nri1/BA1")])
    assert start().wait(PATIENCE_S) == 78
    assert status(environment)["state"] == "wrong_inbox"


@pytest.mark.parametrize("module", ["tornvakt.surfaces.worker", "tornvakt.surfaces.worker.jobs"])
def test_a_database_file_that_is_taken_away_ends_it_and_the_next_one_waits(
    environment: Environment,
    start: Callable[..., "subprocess.Popen[bytes]"],
    tmp_path: Path,
    module: str,
) -> None:
    if environment["TORNVAKT_DATABASE_URL"]:
        return  # the server minds its own files
    name = module.rpartition(".")[2]
    process = start(module)
    until(lambda: status(environment, name).get("pid") == process.pid)
    for file in tmp_path.glob("main.db*"):
        file.rename(file.with_name(f"away.{file.name}"))
    code = process.wait(PATIENCE_S)
    assert code == (75 if name == "worker" else 1)
    if name == "worker":
        assert status(environment)["state"] == "waiting"
        again = start()
        until(lambda: status(environment).get("pid") == again.pid)
        time.sleep(1.0)
        assert again.poll() is None
        assert status(environment)["state"] == "waiting"
        assert list(tmp_path.glob("main.db*")) == []  # nobody made an empty one meanwhile
        for file in tmp_path.glob("away.*"):
            file.rename(file.with_name(file.name.removeprefix("away.")))
        until(lambda: status(environment).get("cursor") == SIGNALS + 1)
        assert again.poll() is None


def test_the_jobs_process_starts_and_ends_when_told_to(
    environment: Environment,
    query: Query,
    start: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    jobs = start("tornvakt.surfaces.worker.jobs")
    until(lambda: "at" in status(environment, "jobs"))
    names = query("SELECT name FROM worker_duejob ORDER BY name")
    assert [name for (name,) in names] == [
        "forget_drafts", "forget_facts", "forget_files", "forget_imports", "forget_keyholders",
        "forget_messages", "forget_sessions", "print_live", "print_pack_day", "print_pack_night",
        "verify_audit", "verify_journal",
    ]  # fmt: skip
    assert ends_within(jobs, 2.0) == 0
