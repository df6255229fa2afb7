"""PostgreSQL goes away under a running worker, and comes back.

On a server of its own, which it stops and starts; it therefore runs once, with the first engine.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.inbox import START_US, fill, sia
from tests.support.postgres import Cluster

HALF = 400


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """Give a server of our own, with fsync, since it is going to crash."""
    made = Cluster(fsync=True)
    yield made
    made.remove()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_what_came_while_it_was_away_arrives_in_order_and_once(
    cluster: Cluster, tmp_path: Path
) -> None:
    def signals(first: int) -> object:
        return fill(
            tmp_path,
            (
                sia("1234", f"Nri1/BA{n % 9 + 1}", sequence=n, at_us=START_US + n)
                for n in range(first, first + HALF)
            ),
        )

    def status() -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((tmp_path / "logs/worker.status").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    url = cluster.url()
    environment = {
        **os.environ,
        "TORNVAKT_DATABASE_URL": url,
        "TORNVAKT_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
    }
    migrate = [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"]
    subprocess.run(migrate, env=environment, check=True)
    signals(1)
    worker = subprocess.Popen([sys.executable, "-m", "tornvakt.surfaces.worker"], env=environment)
    try:
        until(lambda: int(status().get("cursor", 0)) > 1)
        cluster.stop("immediate")
        signals(1 + HALF)
        until(lambda: status().get("state") == "waiting" and int(status()["backlog"]) >= HALF)
        assert worker.poll() is None
        cluster.start()
        until(lambda: status().get("cursor") == 1 + 2 * HALF)
    finally:
        worker.terminate()
        assert worker.wait(10) == 0
    with psycopg.connect(url) as connection:
        stored = connection.execute("SELECT entry_id FROM alarms_signal ORDER BY id").fetchall()
        counted = connection.execute("SELECT sum(signal_count) FROM incidents_incident").fetchone()
    assert stored == [(entry_id,) for entry_id in range(2, 2 + 2 * HALF)]
    assert counted == (2 * HALF,)
