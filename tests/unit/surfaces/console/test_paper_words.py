"""What the desk and the doctor say of the papers: when they were printed, that they are old."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.incidents.papers import folder
from tornvakt.surfaces.cli import examinations_of_papers, running
from tornvakt.surfaces.cli.findings import Level
from tornvakt.surfaces.console import paper_words

NOW = datetime(2026, 11, 23, 4, 50, tzinfo=UTC)
Lie = Callable[[str, datetime], Path]


@pytest.fixture
def lie(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Lie:
    """Give a function that puts a paper in the folder as if printed at an instant."""
    settings.PAPER_DIR, settings.PAPER_MINUTES = tmp_path / "papper", 10
    monkeypatch.setattr(paper_words, "_STARTED_AT", NOW - timedelta(days=2))

    def put(name: str, at: datetime) -> Path:
        path = folder.put(settings.PAPER_DIR, name, b"%PDF-", now=at)
        os.utime(path, (at.timestamp(), at.timestamp()))
        return path

    return put


def test_the_reserve_routine_names_when_the_lists_were_printed(lie: Lie) -> None:
    assert paper_words.printed(NOW) == ""
    lie(folder.PACK, datetime(2026, 11, 23, 2, 30, tzinfo=UTC))
    lie(folder.LIVE, NOW)
    assert paper_words.printed(NOW) == "Ringlistor utskrivna 03:30, läget 05:50"
    tomorrow = NOW + timedelta(days=1)
    assert "mån 23 nov 03:30" in paper_words.printed(tomorrow)


def test_an_old_paper_is_said_to_be_so_in_minutes(lie: Lie, settings: Any) -> None:
    lie(folder.LIVE, NOW)
    assert paper_words.minutes_late(NOW + timedelta(minutes=30)) == 0
    assert paper_words.minutes_late(NOW + timedelta(minutes=45)) == 45
    settings.PAPER_MINUTES = 0
    assert paper_words.minutes_late(NOW + timedelta(minutes=45)) == 0


def test_the_doctor_finds_old_papers_and_those_others_can_read(
    lie: Lie, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> list[Level]:
        return [found.level for found in examinations_of_papers.papers(DataDir(tmp_path))]

    monkeypatch.setattr(running, "read", lambda _root: {"pid": 1})
    assert said() == [Level.WARNING]  # none yet
    path = lie(folder.LIVE, datetime.now(UTC))
    assert said() == [Level.OK]
    path.chmod(0o644)
    assert said() == [Level.FAULT, Level.OK]
    path.chmod(0o600)
    os.utime(path, (0, 0))
    assert said() == [Level.FAULT]
    monkeypatch.setenv("TORNVAKT_PAPER_MINUTES", "0")
    assert said() == [Level.WARNING]
