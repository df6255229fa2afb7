"""From what a panel said to what the rules look at. The forwarder and the replay share it."""

from datetime import datetime
from typing import cast

from tornvakt.domains.alarms.models import SignalEvent
from tornvakt.domains.alarms.words import clean
from tornvakt.pure.protocols.codes import Qualifier, System, closes
from tornvakt.pure.protocols.events import Event
from tornvakt.pure.triage import OWN_ACCOUNT, Occurrence


def occurrence_of(event: Event, account: str, is_known: bool, at: datetime) -> Occurrence:
    """Return an event as the rules see it; ``at`` is when we received its signal, UTC."""
    spoken_of = closes(event.code_system, event.code, event.qualifier)
    is_cancel = event.qualifier == "cancel"  # a cancelled alarm still has to be looked at
    return Occurrence(
        system=event.code_system,
        code=clean(event.code, 8),
        priority=event.priority,
        zone=clean(event.zone, 16),
        area=clean(event.area, 16),
        user=clean(event.user, 16),
        peripheral=clean(event.peripheral, 16),
        restores=frozenset() if is_cancel else spoken_of,
        is_known=is_known,
        detail=clean(event.text, 60) if account == OWN_ACCOUNT else "",
        kind=event.kind,
        qualifier=event.qualifier,
        cancels=(spoken_of or None) if is_cancel else None,
        at=at,
    )


def event_of(row: SignalEvent) -> Event:
    """Return a stored event as it was read. What is not stored of it (the device) is empty."""
    return Event(
        code_system=cast("System", row.code_system),
        code=row.code,
        qualifier=cast("Qualifier", row.qualifier or "new"),
        kind=row.kind,
        priority=row.priority,
        zone=row.zone,
        area=row.area,
        user=row.user,
        text=row.text,
        occurred_at=row.occurred_at,
    )
