"""The clock itself: timers take turns, one that fails stops no other, a killed worker goes on."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DataError, IntegrityError

from tests.integration.database.test_worker_process import Query, query
from tests.support.inbox import fill, sia
from tornvakt.base.access import holdings
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.services import shifts
from tornvakt.pure.instants import EPOCH
from tornvakt.surfaces.worker import clock
from tornvakt.surfaces.worker.forwarder import Progress
from tornvakt.surfaces.worker.hearing import Hearing
from tornvakt.surfaces.worker.models import Deed
from tornvakt.surfaces.worker.timers import desks, hours, nodlage, test_modes, tests

__all__ = ["query"]  # a fixture of another file, on this file's installation

T = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Recorded:
    """A clock with timers that only write down when they ran."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        *,
        breaks: str = "",
        error: type[Exception] = ValueError,
    ) -> None:
        self._error = error
        self.ran: list[tuple[str, datetime]] = []
        timers = [clock.Timer(name, self._timer(name, breaks), every) for name, every in NAMES]
        monkeypatch.setattr(clock, "timers", lambda: timers)
        self.clock = clock.Clock(lambda: None)

    def _timer(self, name: str, breaks: str):  # type: ignore[no-untyped-def]
        def run(now: datetime, _heard: datetime) -> None:
            self.ran.append((name, now))
            if name == breaks:
                raise self._error(name)

        return run

    def turn(self, seconds: float, wall: datetime | None = None) -> None:
        self.clock.turn(wall=wall or T + timedelta(seconds=seconds), mono=seconds)


NAMES = (("often", 1.0), ("seldom", 10.0))
LOOKED_AFTER = (
    (test_modes, "end_due", 16),
    (incidents, "escalate_untaken", 16),
    (desks.Desks, "turn", 16),
    (incidents, "wake_waiting", 16),
    (incidents, "release_gone", 8),
    (holdings, "end_expired", 4),
    (hours, "judge_due", 16),
    (hours, "end_opened", 4),
    (tests, "judge_due", 16),
    (test_modes, "warn", 4),
    (hours, "follow_register", 2),
    (tests, "follow_register", 2),
    (shifts, "end_forgotten", 1),
    (shifts, "note_flood", 2),
    (nodlage.Nodlage, "carry_notes", 8),
    (clock, "_forget_deeds", 1),
)
"""What the clock does, and how often in sixteen seconds when it looks once a second."""


def test_the_clock_looks_after_all_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    heard, calls = T - timedelta(minutes=3), Counter[tuple[object, str]]()
    for place, name, _ in LOOKED_AFTER:

        def note(*now: datetime, which: tuple[object, str] = (place, name), **at: datetime) -> None:
            calls[which] += 1
            assert at.pop("now", *now) == T + timedelta(seconds=second)
            # What did not come is only judged as far as we have heard.
            assert at == ({"heard_until": heard} if which[1] == "judge_due" else {})

        monkeypatch.setattr(place, name, note)
    copies: list[object] = []
    monkeypatch.setattr(nodlage.Nodlage, "copy_places", lambda self: copies.append(self))
    turning = clock.Clock(lambda: heard)
    for second in range(16):
        turning.turn(wall=T + timedelta(seconds=second), mono=float(second))
        assert turning.beat.failing == ""
    assert calls == {(place, name): count for place, name, count in LOOKED_AFTER}
    assert len(copies) == 2  # what the emergency mode needs knows no time


@pytest.mark.django_db
def test_what_the_clock_has_done_is_remembered_for_three_days() -> None:
    for days in (2, 4):
        Deed.objects.create(name="x", key=str(days), at=T - timedelta(days=days))
    (timer,) = [each for each in clock.timers() if each.name == "old_deeds"]
    timer.run(T, T)
    assert Deed.objects.get().key == "2"


def test_each_timer_has_its_own_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded(monkeypatch)
    for second in range(21):
        recorded.turn(float(second))
    names = [name for name, _ in recorded.ran]
    assert (names.count("often"), names.count("seldom")) == (21, 3)


@pytest.mark.parametrize("error", [ValueError, DataError, IntegrityError])
def test_one_that_fails_is_told_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """A row the database will not take is no database that is away."""
    recorded = Recorded(monkeypatch, breaks="often", error=error)
    for second in range(11):
        recorded.turn(float(second))
    assert [name for name, _ in recorded.ran].count("seldom") == 2
    assert recorded.clock.beat.failing == "often"


def test_a_jump_of_the_computers_clock_reaches_no_timer_before_it_has_stood_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recorded = Recorded(monkeypatch)
    recorded.turn(0.0)
    for second in range(1, 130):
        recorded.turn(float(second), T + timedelta(seconds=second, hours=1))
    times = [now for name, now in recorded.ran if name == "often"]
    assert times[30] == T + timedelta(seconds=30)
    assert times[-1] == T + timedelta(seconds=129, hours=1)
    assert (
        sum(later - earlier > timedelta(seconds=2) for earlier, later in itertools.pairwise(times))
        == 1
    )


def test_how_far_we_have_heard() -> None:
    hearing = Hearing()
    assert hearing.until() == EPOCH
    hearing.progress = Progress(state="waiting", pulse_at=T.timestamp())
    assert hearing.until() == EPOCH
    hearing.progress.state = "ok"
    assert hearing.until() == T
    hearing.progress.pulse_at = None
    assert hearing.until() is None
    hearing.progress.backlog = 3
    assert hearing.until() == EPOCH


PREPARE = """
import django; django.setup()
from datetime import UTC, datetime, timedelta
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import Transmitter
from tornvakt.surfaces.worker.models import TestWatch

site = sites.add_site(customer=sites.add_customer(name="K"), name="S")
sites.add_transmitters(placed=[(site, f"D{n:03}", "") for n in range(150)])
Transmitter.objects.update(expected_test_hours=24)
due = datetime.now(UTC) - timedelta(minutes=1)
TestWatch.objects.bulk_create(
    TestWatch(transmitter_id=pk, hours=24, due_at=due)
    for pk in Transmitter.objects.values_list("pk", flat=True)
)
"""
COUNT = "SELECT count(*), count(DISTINCT account) FROM alarms_notice WHERE name = 'test.missing'"


@pytest.fixture
def environment(fresh_database: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment of an installation with 150 deadlines that have passed."""
    made = {
        **os.environ,
        **fresh_database,
        "TORNVAKT_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tornvakt.project.settings",
    }
    fill(tmp_path, [sia("1234", "Nri1/BA1")])
    migrate = [sys.executable, "-m", "django", "migrate", "--skip-checks", "-v0"]
    for command in (migrate, [sys.executable, "-c", PREPARE]):
        subprocess.run(command, env=made, check=True)
    yield made


@pytest.mark.slow
def test_a_worker_killed_again_and_again_tells_each_deadline_once(
    environment: dict[str, str], query: Query
) -> None:
    chance = random.Random(7)
    deadline = time.monotonic() + 240
    killed_at = [0]
    while killed_at[-1] < 150:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tornvakt.surfaces.worker"], env=environment
        )
        enough = killed_at[-1] + chance.randint(1, 60)
        try:
            while query(COUNT)[0][0] < min(enough, 150):
                assert time.monotonic() < deadline, query(COUNT)
                assert worker.poll() is None, "the worker ended by itself"
                time.sleep(0.001)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        told, different = query(COUNT)[0]
        assert told == different, "a deadline was told twice"
        killed_at.append(told)
    assert killed_at[-1] == 150
    assert len(killed_at) >= 3, "it was never killed in the middle"
