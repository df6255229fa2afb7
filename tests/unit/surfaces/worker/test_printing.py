"""Papers by the clock: put in place whole, forgotten in time, and a folder that fails is told."""

import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.papers import PaperTookTooLong
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents import services as incidents
from tornvakt.domains.incidents.models import Incident, ShiftLogEntry
from tornvakt.domains.incidents.papers import folder, live, pack
from tornvakt.domains.sites import services as sites
from tornvakt.surfaces.worker import due, printing

NOW = datetime(2026, 11, 22, 2, 40, tzinfo=UTC)


def modes(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_newest_is_put_in_place_and_kept_by_its_time(tmp_path: Path) -> None:
    place = tmp_path / "papper"
    for minutes in (0, 10):
        folder.put(place, folder.LIVE, b"%PDF-1", now=NOW + timedelta(minutes=minutes))

    names = sorted(path.name for path in place.iterdir())
    assert names == [
        "laget-2026-11-22-0340+0100.pdf",
        "laget-2026-11-22-0350+0100.pdf",
        "laget.pdf",
    ]
    assert {modes(path) for path in place.iterdir()} == {0o600}
    assert modes(place) == 0o700


def test_what_is_a_day_old_is_forgotten_and_the_newest_stays(tmp_path: Path) -> None:
    folder.put(tmp_path, folder.LIVE, b"%PDF-1", now=NOW)
    for path in tmp_path.iterdir():
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    assert folder.forget_old(tmp_path, now=NOW + timedelta(hours=23)) == 0
    assert folder.forget_old(tmp_path, now=NOW + timedelta(hours=25)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["laget.pdf"]


def test_a_paper_is_late_after_three_of_its_intervals() -> None:
    def late(at: datetime | None, minutes: int, now: datetime) -> bool:
        return folder.is_late(at, minutes=minutes, since=NOW, now=now)

    assert late(None, 10, NOW + timedelta(minutes=30)) is False
    assert late(None, 10, NOW + timedelta(minutes=31)) is True
    assert late(NOW, 10, NOW + timedelta(minutes=31)) is True
    assert late(NOW, 0, NOW + timedelta(days=1)) is False


@pytest.mark.django_db(transaction=True)
def test_a_folder_that_fails_is_told_once_and_once_more_when_it_works(
    tmp_path: Path, settings: Any
) -> None:
    blocked = tmp_path / "papper"
    blocked.write_text("a file where the folder should be")
    settings.PAPER_DIR, settings.PAPER_MINUTES = blocked, 10

    def printed(**_how: object) -> bytes:
        return b"%PDF-1"

    for minutes in (0, 10):
        at = NOW + timedelta(minutes=minutes)
        assert printing.print_to_folder(folder.LIVE, printed, now=at).startswith("failed")
    alarm = Alarm.objects.get(notice="paper.failed")
    assert alarm.signal_count == 1
    assert "Läget kan inte skrivas" in alarm.title_sv
    blocked.unlink()
    later = NOW + timedelta(minutes=20)
    assert printing.print_to_folder(folder.LIVE, printed, now=later) == "6 bytes"
    alarm.refresh_from_db()
    assert alarm.state == AlarmState.RESTORED
    kinds = list(ShiftLogEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["paper_failed", "paper_works"]

    def slow(**_how: object) -> bytes:
        raise PaperTookTooLong(120)

    assert "PaperTookTooLong" in printing.print_to_folder(folder.LIVE, slow, now=later)
    settings.PAPER_MINUTES = 0
    assert printing.print_to_folder(folder.LIVE, slow, now=later) == "off"


@pytest.mark.django_db(transaction=True)
def test_the_papers_of_an_empty_centre_are_printed(tmp_path: Path) -> None:
    for printed in (live.live_pdf, pack.pack_pdf):
        assert printed(printed_by="Tornvakt", now=NOW).startswith(b"%PDF-")


@pytest.mark.django_db(transaction=True)
def test_a_pack_of_many_objects_is_several_papers(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PAPER_DIR, settings.PAPER_MINUTES = tmp_path, 10
    monkeypatch.setattr(pack, "PART", 2)
    customer = sites.add_customer(name="Kommunen", is_fictional=True)
    for number in range(5):
        sites.add_site(customer=customer, name=f"Skola {number}", is_fictional=True)
    assert printing.print_pack(DataDir(tmp_path)).endswith("bytes")
    assert {path.name for path in tmp_path.glob("reservparm*.pdf") if "+" not in path.name} == {
        "reservparm.pdf", "reservparm_2.pdf", "reservparm_3.pdf",
    }  # fmt: skip
    assert [each["name"] for each in pack.objects(NOW, 3)] == ["Skola 4"]
    monkeypatch.setattr(pack, "PART", 100)
    printing.print_pack(DataDir(tmp_path))
    assert not (tmp_path / "reservparm_2.pdf").exists()


@pytest.mark.django_db(transaction=True)
def test_five_hundred_open_incidents_are_printed_within_ten_seconds() -> None:
    Incident.objects.bulk_create(
        Incident(
            number=f"2026-{number:06d}",
            priority=number % 3 + 1,
            kind="burglary",
            title_sv="Inbrottslarm",
            title_en="Burglary alarm",
            opened_at=NOW,
            last_signal_at=NOW,
        )
        for number in range(500)
    )
    incidents.freeze_instructions(
        incident_ids=list(Incident.objects.values_list("pk", flat=True)), now=NOW
    )
    began = time.monotonic()
    assert live.live_pdf(printed_by="Tornvakt", now=NOW).startswith(b"%PDF-")
    assert time.monotonic() - began < 10


def test_a_job_comes_round_every_so_many_minutes() -> None:
    minutes = 10
    job = due.Job("x", due.time(0, 0), printing.print_live, every=lambda: minutes)
    assert job.next_time(NOW) == NOW + timedelta(minutes=10)
    assert job.next_time(NOW + timedelta(seconds=61)) == NOW + timedelta(minutes=10)
    minutes = 0
    assert job.next_time(NOW) == NOW + timedelta(minutes=20)
