"""Jobs that come round."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.support.inbox import fill, sia
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import Notice
from tornvakt.domains.incidents.models import Incident
from tornvakt.surfaces.worker import due
from tornvakt.surfaces.worker.models import DueJob

NIGHT = time(3, 20)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Give the list of runs of a job that is due at 03:20."""
    done: list[str] = []

    def run(_data: DataDir) -> str:
        done.append("ran")
        return "fine"

    monkeypatch.setattr(due, "JOBS", (due.Job("night", NIGHT, run),))
    yield done


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), datetime(2026, 11, 22, 2, 20, tzinfo=UTC)),
        (datetime(2026, 11, 22, 2, 20, tzinfo=UTC), datetime(2026, 11, 23, 2, 20, tzinfo=UTC)),
        # The night the clocks go forward is an hour short, the one they go back an hour long.
        (datetime(2027, 3, 27, 2, 20, tzinfo=UTC), datetime(2027, 3, 28, 1, 20, tzinfo=UTC)),
        (datetime(2027, 10, 30, 1, 20, tzinfo=UTC), datetime(2027, 10, 31, 2, 20, tzinfo=UTC)),
    ],
)
def test_a_time_at_night_is_a_time_on_the_wall(after: datetime, expected: datetime) -> None:
    assert due.next_time(NIGHT, after) == expected


@pytest.mark.django_db(transaction=True)
def test_a_job_runs_when_it_is_due_and_then_the_next_day(runs: list[str], tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    evening = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    for hours in range(0, 49, 1):
        due.run_due(data, now=evening + timedelta(hours=hours))
    assert len(runs) == 2
    row = DueJob.objects.get()
    assert (row.last_result, row.leased_until) == ("fine", None)
    assert row.due_at == datetime(2026, 11, 25, 2, 20, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_a_job_another_node_is_at_is_left_alone(runs: list[str], tmp_path: Path) -> None:
    now = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    DueJob.objects.create(name="night", due_at=now, leased_until=now + timedelta(minutes=5))
    assert due.run_due(DataDir(tmp_path), now=now) == 0
    assert due.run_due(DataDir(tmp_path), now=now + timedelta(minutes=6)) == 1
    assert runs == ["ran"]


@pytest.mark.django_db(transaction=True)
def test_a_damaged_inbox_is_an_alarm_and_a_sound_one_ends_it(tmp_path: Path) -> None:
    data = fill(tmp_path, [sia("1234", "Nri1/BA1")])
    assert due.verify_journal(data) == "sound"
    assert Incident.objects.count() == 0
    inbox = bytearray(data.inbox.read_bytes())
    place = inbox.index(b"Nri1/BA1")
    inbox[place : place + 8] = b"Nri1/BA7"
    whole = data.inbox.read_bytes()
    data.inbox.write_bytes(inbox)
    assert due.verify_journal(data).startswith("damaged")
    incident = Incident.objects.get()
    assert (incident.priority, incident.restored_at) == (2, None)
    data.inbox.write_bytes(whole)
    assert due.verify_journal(data) == "sound"
    incident.refresh_from_db()
    assert incident.restored_at is not None
    assert Notice.objects.count() == 3
