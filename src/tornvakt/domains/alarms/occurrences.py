"""From what a panel said to what the rules look at. The forwarder and the replay share it."""

from datetime import datetime

from tornvakt.domains.alarms.words import clean
from tornvakt.pure.protocols.codes import closes
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
