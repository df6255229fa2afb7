"""Instants as the commands write them: by the clock on a Swedish wall, with its zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

WALL = ZoneInfo("Europe/Stockholm")


def clock(at: datetime) -> str:
    """``2026-11-21 10:30:00 CET``: whatever zone the machine is set to."""
    return at.astimezone(WALL).strftime("%Y-%m-%d %H:%M:%S %Z")


def clock_us(microseconds: int) -> str:
    """The same of microseconds since 1970, UTC."""
    return clock(datetime.fromtimestamp(microseconds / 1e6, UTC))
