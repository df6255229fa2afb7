"""The commands write Swedish time with its zone, whatever the machine is set to."""

import time
from datetime import UTC, datetime

import pytest

from tornvakt.surfaces.cli import wall


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_zone_of_the_machine_does_not_matter(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert wall.clock(datetime(2026, 11, 21, 9, 30, tzinfo=UTC)) == "2026-11-21 10:30:00 CET"
        assert wall.clock(datetime(2026, 7, 1, 9, 30, tzinfo=UTC)) == "2026-07-01 11:30:00 CEST"
        assert wall.clock_us(0) == "1970-01-01 01:00:00 CET"
    finally:
        monkeypatch.undo()
        time.tzset()
