"""The verbs of an operator: take, take over, give back, note.

Each checks the policy once more, changes one row by compare-and-set, adds a line to the timeline
and announces its fact, all in one transaction.
"""

import threading
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Case, DateTimeField, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged, IncidentGivenBack, IncidentTaken
from tornvakt.domains.incidents.models import EntryKind, Incident, LogEntry
from tornvakt.domains.incidents.refusals import (
    AlreadyClosed,
    AlreadyTaken,
    NoSuchIncident,
    NotYours,
    TextMissing,
)
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.once import first_time
from tornvakt.domains.incidents.states import State

claiming = threading.Lock()
"""Those of one process who reach for something wait for each other here: in the database SQLite
would let them sleep and look again, longer each time. Never inside a transaction: whoever holds
this may be waiting for that one to be written."""


def take(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Make ``by`` the owner, if nobody is: one wins, everybody else learns who did.

    What lost its owner while a unit was out keeps its state. Raises
    AlreadyTaken (also when it is ``by``'s own), AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.take")
    if connection.in_atomic_block:
        return _take(incident_id, by, now)
    with claiming:
        free_among(Incident.objects.filter(pk=incident_id))
        return _take(incident_id, by, now)


def free_among(incidents: QuerySet[Incident]) -> int | None:
    """Return the id of the first of ``incidents``; None if there is none.

    Raises AlreadyTaken and AlreadyClosed when somebody was faster: most of those who come too late
    learn it here, by one question, and need not wait for their turn to write.
    """
    for pk, taken_at, taken_by, owner, closed_at, closer in incidents.values_list(
        "pk", "taken_at", "taken_by", "taken_by__call_name", "closed_at", "closed_by__call_name"
    ):
        if closed_at is not None:
            raise AlreadyClosed(closer or "", closed_at)
        if taken_by is not None and taken_at is not None:
            raise AlreadyTaken(owner, taken_at, taken_by)
        return pk
    return None


@transaction.atomic
def _take(incident_id: int, by: User, now: datetime) -> Incident:
    """Decide it: of those who saw it free, the row gives it to one."""
    won = Incident.objects.filter(pk=incident_id, taken_by=None, closed_at=None).update(
        state=Case(When(state=State.NEW, then=Value(State.IN_PROGRESS)), default=F("state")),
        taken_by=by,
        taken_at=now,
        first_taken_at=Coalesce("first_taken_at", Value(now, DateTimeField())),
        version=F("version") + 1,
    )
    incident = writing.read(incident_id)
    if not won:
        raise _why_not_taken(incident)
    waited = max(0, round((now - incident.opened_at).total_seconds()))
    writing.write(incident, EntryKind.TAKEN, now, by, who=by.call_name, seconds=waited)
    publish(IncidentTaken(at=now, incident_id=incident.pk, by_id=by.pk))
    return incident


@transaction.atomic
def take_over(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Become the owner instead of somebody else, who reads why on the timeline.

    Raises TextMissing, NotYours (nobody has it: take it), AlreadyTaken (it is ``by``'s own),
    AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.take_over")
    why = writing.reason_of(reason)
    before = writing.read(incident_id)
    writing.must_be_open(before)
    if before.taken_by is None:
        raise NotYours("")
    if before.taken_by_id == by.pk:
        raise _why_not_taken(before)
    changed = writing.change(before, State(before.state), stays=True, taken_by=by, taken_at=now)
    writing.write(
        changed,
        EntryKind.TAKEN_OVER,
        now,
        by,
        text=why,
        who=by.call_name,
        owner=before.taken_by.call_name,
    )
    publish(IncidentTaken(at=now, incident_id=changed.pk, by_id=by.pk))
    return changed


@transaction.atomic
def give_back(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Put an incident back among those that nobody has. A shift leader may do it for another.

    With a unit on the way it keeps its state, so that the next owner sees it; what waited is among
    the new again, and told on when nobody takes it. Raises NotYours,
    AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.give_back")
    before = writing.read(incident_id)
    writing.must_be_open(before)
    owner = before.taken_by
    if owner is None or (owner.pk != by.pk and not decide(by, "incidents.give_back_for_another")):
        raise NotYours(owner.call_name if owner else "")
    changed = writing.change(
        before,
        without_owner(before),
        stays=True,
        taken_by=None,
        taken_at=None,
        **to_be_told_on(before),
    )
    for_whom = "" if owner.pk == by.pk else owner.call_name
    writing.write(changed, EntryKind.GIVEN_BACK, now, by, who=by.call_name, owner=for_whom)
    publish(IncidentGivenBack(at=now, incident_id=changed.pk, by_id=by.pk))
    return changed


@transaction.atomic
def note(*, incident_id: int, by: User, text: str, once: str = "", now: datetime) -> LogEntry:
    """Add a note to the timeline. Any operator may, owner or not, while the incident is open.

    ``once`` is the form's mark. Raises SentBefore, TextMissing, TextTooLong, AlreadyClosed,
    NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.note")
    words = writing.words(text)
    if not words:
        raise TextMissing
    incident = writing.read(incident_id)
    writing.must_be_open(incident)
    first_time(once, "note", by, now, incident=incident_id, text=words)
    entry = writing.write(incident, EntryKind.NOTE, now, by, text=words)
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return entry


def without_owner(incident: Incident) -> State:
    """Return the state an incident has when its owner lets go of it."""
    state = State(incident.state)
    return State.NEW if state in (State.IN_PROGRESS, State.WAITING) else state


def to_be_told_on(incident: Incident) -> dict[str, Any]:
    """Return what lets an incident be escalated once more that waited when its owner let go."""
    return {"escalated_at": None} if incident.state == State.WAITING else {}


def _why_not_taken(incident: Incident) -> AlreadyTaken | AlreadyClosed | NoSuchIncident:
    if incident.closed_at is not None:
        closer = incident.closed_by.call_name if incident.closed_by else ""
        return AlreadyClosed(closer, incident.closed_at)
    if incident.taken_by is None or incident.taken_at is None:
        return NoSuchIncident()
    return AlreadyTaken(incident.taken_by.call_name, incident.taken_at, incident.taken_by.pk)
