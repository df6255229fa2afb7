"""The pulse: a number the receiver raises, carried all the way to the desk.

A desk whose pulse stands still has lost contact somewhere between the panel's socket and the
screen, whatever the rest of the page says.
"""

from dataclasses import dataclass
from datetime import datetime

from tornvakt.base.facts.models import Pulse


@dataclass(frozen=True, slots=True)
class Beat:
    """The newest pulse that reached the database. Instants are UTC."""

    number: int
    received_at: datetime
    carried_at: datetime


def carry(*, number: int, received_at: datetime, now: datetime) -> None:
    """Write the newest pulse; one row, whatever the rate."""
    Pulse.objects.update_or_create(
        pk=1, defaults={"number": number, "received_at": received_at, "carried_at": now}
    )


def current() -> Beat | None:
    """Return the newest pulse, or None before the first one."""
    row = Pulse.objects.filter(pk=1).first()
    return Beat(row.number, row.received_at, row.carried_at) if row else None
