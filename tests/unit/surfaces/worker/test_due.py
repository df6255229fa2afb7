"""Jobs that come round."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.inbox import fill, sia
from tornvakt.base.access.services import create_user
from tornvakt.base.facts.models import FactRow
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import Notice
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.sites import services as sites
from tornvakt.domains.sites.models import ImportState, Keyholder, SiteImport
from tornvakt.domains.sites.services import importing
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


def test_an_hourly_job_is_due_at_its_minute_of_each_hour() -> None:
    job = due.Job("often", time(0, 25), lambda _data: "", is_hourly=True)
    now = datetime(2026, 11, 22, 23, 25, tzinfo=UTC)
    assert job.next_time(now - timedelta(seconds=1)) == now
    assert job.next_time(now) == now + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_an_upload_nobody_confirms_is_thrown_away_though_nobody_uploads_again(
    tmp_path: Path, settings: Any
) -> None:
    settings.DATA = tmp_path
    leader = create_user(username="sl", role="shift_leader", call_name="SL")
    data = b"Kund;Namn\r\nKommunen;Hallen\r\n"
    now = datetime.now(UTC)
    runs = [
        importing.take_in(files=[("a.csv", data)], by=leader, now=now - timedelta(hours=hours))
        for hours in (47, 49, 50)
    ]
    SiteImport.objects.filter(pk=runs[1].pk).update(
        state=ImportState.WRITING, changed_at=now - timedelta(hours=49)
    )
    folder = DataDir(tmp_path).files / "import"
    orphan, fresh = folder / "999.000.sealed", folder / "998.000.sealed"
    for path, age in ((orphan, 49), (fresh, 1)):
        path.write_bytes(b"x")
        moment = (now - timedelta(hours=age)).timestamp()
        os.utime(path, (moment, moment))
    assert sorted(each.name.partition(".")[0] for each in folder.iterdir()) == sorted(
        ["998", "999", *(str(run.pk) for run in runs[:2]), str(runs[2].pk)]
    )
    job = next(job for job in due.JOBS if job.name == "forget_imports")
    assert job.is_hourly
    assert job.run(DataDir(tmp_path)) == "3 removed"
    assert {each.name.partition(".")[0] for each in folder.iterdir()} == {"998", str(runs[0].pk)}
    states = SiteImport.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [ImportState.READING, ImportState.LEFT, ImportState.LEFT]


@pytest.mark.django_db(transaction=True)
def test_announcements_are_kept_as_long_as_the_setting_says(tmp_path: Path, settings: Any) -> None:
    settings.FACTS_DAYS = 2
    now = datetime.now(UTC)
    for hours in (47, 49):
        FactRow.objects.create(name="x", body={}, at=now - timedelta(hours=hours))
    job = next(job for job in due.JOBS if job.name == "forget_facts")
    assert job.is_hourly
    assert job.run(DataDir(tmp_path)) == "1 removed"
    assert FactRow.objects.get().at == now - timedelta(hours=47)


@pytest.mark.django_db(transaction=True)
def test_keyholders_off_their_lists_are_kept_as_long_as_the_setting_says(
    tmp_path: Path, settings: Any
) -> None:
    settings.KEYHOLDER_DAYS = 2
    now = datetime.now(UTC)
    site = sites.add_site(customer=sites.add_customer(name="Kommunen"), name="Skolan")
    for hours in (47, 49):
        draft = sites.KeyholderDraft(name=f"Nyckelhavare {hours}", phone="0980-31 92 01")
        at = now - timedelta(hours=hours)
        holder = sites.add_keyholder(site_id=site.pk, draft=draft, by=None, at=at)
        sites.end_keyholder(keyholder_id=holder.pk, by=None, at=at)
    job = next(job for job in due.JOBS if job.name == "forget_keyholders")
    assert job.is_hourly
    assert job.run(DataDir(tmp_path)) == "1 forgotten"
    assert [row.name for row in Keyholder.objects.order_by("added_at")] == ["", "Nyckelhavare 47"]
