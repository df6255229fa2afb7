"""`journal reread` says what another reading would change, and nothing else."""

from pathlib import Path

import pytest

from tests.integration.database.conftest import Carry
from tests.support.inbox import START_US, cid, sia
from tornvakt.base.inbox.entries import Kind, NewEntry
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.surfaces.cli import django_door, rereading


@pytest.fixture
def reread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataDir:
    """Give the inbox of `carry` to the command, on the test's database."""
    monkeypatch.setattr(django_door, "prepared_database", lambda _root: _nothing())
    return DataDir(tmp_path)


class _nothing:
    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def test_what_was_cut_to_its_column_or_cleaned_is_no_difference(
    carry: Carry, reread: DataDir
) -> None:
    noise = NewEntry(Kind.SIGNAL, START_US, "1234", "tcp", b"", b"\nnoise\r", b"", b"")
    carry(
        [
            sia("1234", "Nri1/BA123456789012345678901"),
            sia("1234", "Nid123456789012345678901/ri123456789012345678901/BA1", sequence=2),
            sia("1234", "Nri1/BA4^" + "x" * 700 + "^", sequence=3),
            cid("1234", "1130 01 003"),
            noise,
        ]
    )
    outcome = rereading.compare(reread)
    assert (outcome.read, outcome.absent, outcome.lines) == (5, 0, [])


def test_what_reads_otherwise_today_is_a_difference(carry: Carry, reread: DataDir) -> None:
    carry([sia("1234", "Nri1/BA123456789012345678901"), sia("1234", "Nri1/BA4", sequence=2)])
    SignalEvent.objects.filter(zone="4").update(priority=3)
    outcome = rereading.compare(reread)
    assert (outcome.read, outcome.different) == (2, 1)
    assert outcome.lines == ["     3  1234      händelse 1: priority: '3' -> '2'"]
