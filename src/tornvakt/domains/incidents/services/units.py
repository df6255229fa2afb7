"""Somebody is sent, arrives, is called back; the thing is dealt with.

An operator says so by hand here. Where units are followed by the house itself, it says so through
the same verbs.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident
from tornvakt.domains.incidents.refusals import NotInThisState, UnitMissing
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.states import State


@transaction.atomic
def mark_dispatched(*, incident_id: int, by: User, who: str, now: datetime) -> Incident:
    """Note that a unit was sent; ``who`` says which. Raises NotInThisState, NotYours and others."""
    return _move(
        incident_id,
        by,
        now,
        State.DISPATCHED,
        EntryKind.DISPATCHED,
        text=writing.reason_of(who, UnitMissing),
        clock="dispatched_at",
    )


@transaction.atomic
def mark_on_scene(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Note that the first unit is there. Raises NotInThisState, NotYours and others."""
    return _move(incident_id, by, now, State.ON_SCENE, EntryKind.ON_SCENE, clock="on_scene_at")


@transaction.atomic
def recall(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Call a unit back that has not arrived. Raises NotInThisState, NotYours and others."""
    return _move(
        incident_id,
        by,
        now,
        State.IN_PROGRESS,
        EntryKind.RECALLED,
        text=writing.reason_of(reason),
        only_from=State.DISPATCHED,
    )


@transaction.atomic
def resolve(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Note that the thing is dealt with; what is left is to close it."""
    return _move(incident_id, by, now, State.RESOLVED, EntryKind.RESOLVED, clock="resolved_at")


def _move(
    incident_id: int,
    by: User,
    now: datetime,
    state: State,
    kind: EntryKind,
    *,
    text: str = "",
    clock: str = "",
    only_from: State | None = None,
) -> Incident:
    writing.may(by, "incidents.dispatch")
    before = writing.read(incident_id)
    writing.must_be_owned(before, by)
    if only_from is not None and before.state != only_from:
        raise NotInThisState(State(before.state))
    # The first unit sent and the first to arrive count; a later one changes no clock.
    stamp: dict[str, Any] = {clock: now} if clock and getattr(before, clock) is None else {}
    changed = writing.change(before, state, **stamp)
    writing.write(changed, kind, now, by, text=text, who=by.call_name)
    publish(IncidentChanged(at=now, incident_id=changed.pk))
    return changed
