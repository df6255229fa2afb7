"""Instants as whole numbers: UTC microseconds since 1970, exactly, both ways.

The inbox, the audit log and the memory of the rules keep time so. A float would lose the last
digits, and two instants that differ would be one.
"""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(at_us: int) -> datetime:
    """Return an instant, UTC. Raises OverflowError outside the years 1 to 9999."""
    return EPOCH + timedelta(microseconds=at_us)


def microseconds(at: datetime) -> int:
    """Return an aware instant as UTC microseconds. Raises TypeError for a naive one."""
    return (at - EPOCH) // _MICROSECOND
