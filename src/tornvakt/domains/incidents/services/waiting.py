"""An incident that needs another party waits, with a reason and a time, and wakes by itself."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident
from tornvakt.domains.incidents.refusals import (
    ChangedMeanwhile,
    NotInThisState,
    WaitMissing,
    WakeTimeWrong,
)
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.states import State

LONGEST_WAIT = timedelta(days=7)


def longest_wait(priority: int) -> timedelta:
    """Return how long an incident may wait; a P1 only shortly (`TORNVAKT_P1_WAIT_MINUTES`)."""
    return timedelta(minutes=settings.P1_WAIT_MINUTES) if priority == 1 else LONGEST_WAIT


@transaction.atomic
def wait(*, incident_id: int, by: User, reason: str, until: datetime, now: datetime) -> Incident:
    """Let an incident one owns wait for somebody else until an instant (UTC), then it wakes.

    Raises TextMissing, WakeTimeWrong, NotInThisState, NotYours, AlreadyClosed, NoSuchIncident,
    NotAllowed.
    """
    writing.may(by, "incidents.wait")
    why = writing.reason_of(reason, WaitMissing)
    before = writing.read(incident_id)
    writing.must_be_owned(before, by)
    longest = longest_wait(before.priority)
    if not now < until <= now + longest:
        raise WakeTimeWrong(longest)
    changed = writing.change(before, State.WAITING, waiting_for=why, wakes_at=until)
    writing.write(
        changed,
        EntryKind.WAITING,
        now,
        by,
        text=why,
        who=by.call_name,
        until=until.isoformat(),
    )
    publish(IncidentChanged(at=now, incident_id=changed.pk))
    return changed


@transaction.atomic
def resume(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Go on with an incident that waits or that was dealt with; one without owner becomes ``by``'s.

    Raises NotInThisState, NotYours, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.wait")
    before = writing.read(incident_id)
    if before.taken_by_id is not None:
        writing.must_be_owned(before, by)
    writing.must_be_open(before)
    if before.state not in (State.WAITING, State.RESOLVED):
        raise NotInThisState(State(before.state))
    owner: dict[str, Any] = {} if before.taken_by_id else {"taken_by": by, "taken_at": now}
    changed = writing.change(before, State.IN_PROGRESS, resolved_at=None, **owner)
    writing.write(changed, EntryKind.RESUMED, now, by, who=by.call_name)
    publish(IncidentChanged(at=now, incident_id=changed.pk))
    return changed


def wake_waiting(*, now: datetime) -> list[str]:
    """Wake what has waited long enough, each in a transaction of its own; return their numbers.

    One that nobody has any more goes back among the new. Twice equals once.
    """
    due = Incident.objects.filter(state=State.WAITING, wakes_at__lte=now).order_by("wakes_at")
    return [number for pk in list(due.values_list("pk", flat=True)) if (number := _wake(pk, now))]


@transaction.atomic
def wake(incident_ids: Collection[int], *, why: str, now: datetime) -> None:
    """Wake those of these that wait: something new came, and ``why`` is its code.

    Back in progress for the owner; among the new, to be told on again, when nobody has it.
    """
    if not incident_ids:
        return
    asleep = Incident.objects.select_for_update().filter(
        pk__in=incident_ids, state=State.WAITING, closed_at=None
    )
    for pk in list(asleep.order_by("pk").values_list("pk", flat=True)):
        _rouse(writing.read(pk), now, why=why)


def _rouse(before: Incident, now: datetime, **params: str) -> Incident:
    if before.taken_by_id is None:
        changed = writing.change(before, State.NEW, escalated_at=None)
    else:
        changed = writing.change(before, State.IN_PROGRESS)
    writing.write(changed, EntryKind.RESUMED, now, None, reason=before.waiting_for, **params)
    publish(IncidentChanged(at=now, incident_id=changed.pk))
    return changed


@transaction.atomic
def _wake(incident_id: int, now: datetime) -> str:
    before = writing.read(incident_id)
    if before.state != State.WAITING or before.wakes_at is None or before.wakes_at > now:
        return ""
    try:
        return _rouse(before, now).number
    except ChangedMeanwhile:
        return ""
