"""What nobody looks after comes back to where somebody sees it, without anybody's doing.

A take lapses three minutes after the owner's desk was last there; a role taken away lets go of all
its holder had; what nobody takes in time is told on, once. Called by the clock in the worker, and
by `flow`.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentEscalated, IncidentReleased
from tornvakt.domains.incidents.models import DeskSeen, EntryKind, Incident
from tornvakt.domains.incidents.refusals import ChangedMeanwhile, NotYours
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.desk import to_be_told_on, without_owner
from tornvakt.domains.incidents.states import ESCALATE_AFTER_S, State

GONE_AFTER = timedelta(minutes=3)


def see_desks(*, user_ids: Collection[int], now: datetime) -> None:
    """Note that these people's desks are there."""
    DeskSeen.objects.bulk_create(
        [DeskSeen(user_id=pk, seen_at=now) for pk in sorted(set(user_ids))],
        update_conflicts=True,
        unique_fields=["user"],
        update_fields=["seen_at"],
    )


def release_gone(*, now: datetime, desk_seen: Mapping[int, datetime] | None = None) -> list[str]:
    """Let go of what belongs to people whose desk is gone; return the incidents' numbers.

    ``desk_seen`` says when each person's desk was last there; without it the rows of `see_desks`
    do. Of somebody who is in neither nothing is known, and they keep what they have. What waits
    for another party is left alone until it wakes. Twice equals once.
    """
    if desk_seen is None:
        desk_seen = dict(DeskSeen.objects.values_list("user_id", "seen_at"))
    gone = [pk for pk, seen_at in desk_seen.items() if now - seen_at >= GONE_AFTER]
    held = Incident.objects.filter(
        closed_at=None, taken_by__in=gone, taken_at__lte=now - GONE_AFTER
    ).exclude(state=State.WAITING)
    return _release_all(held.order_by("priority", "opened_at"), "desk_gone", now)


def release_held_by(*, user_id: int, now: datetime) -> list[str]:
    """Let go of what a person has who may no longer take anything; return the numbers.

    Does nothing for somebody who still may, by another role.
    """
    person = User.objects.filter(pk=user_id).first()
    if person is not None and decide(person, "incidents.take"):
        return []
    held = Incident.objects.filter(closed_at=None, taken_by=user_id)
    return _release_all(held.order_by("priority", "opened_at"), "role_ended", now)


def escalate_untaken(*, now: datetime) -> list[str]:
    """Tell on what nobody took in time, once for each incident; return the numbers.

    P1 after 60 s and P2 after 180 s. Rows say what is due, so a restart neither loses nor doubles.
    """
    late = Q()
    for priority, seconds in ESCALATE_AFTER_S.items():
        late |= Q(priority=priority, opened_at__lte=now - timedelta(seconds=seconds))
    due = Incident.objects.filter(
        late, closed_at=None, taken_by=None, escalated_at=None, state=State.NEW, is_test=False
    )
    found = list(due.order_by("priority", "opened_at").values_list("pk", flat=True))
    return [number for pk in found if (number := _escalate(pk, now))]


@transaction.atomic
def _escalate(incident_id: int, now: datetime) -> str:
    won = Incident.objects.filter(
        pk=incident_id, closed_at=None, taken_by=None, escalated_at=None
    ).update(escalated_at=now, version=F("version") + 1)
    if not won:
        return ""
    incident = writing.read(incident_id)
    seconds = round((now - incident.opened_at).total_seconds())
    writing.write(incident, EntryKind.ESCALATED, now, None, seconds=seconds)
    publish(IncidentEscalated(at=now, incident_id=incident.pk))
    return incident.number


def _release_all(held: QuerySet[Incident], why: str, now: datetime) -> list[str]:
    found = list(held.values_list("pk", "taken_by_id"))
    return [number for pk, owner in found if (number := _release(pk, owner, why, now))]


@transaction.atomic
def _release(incident_id: int, owner_id: int | None, why: str, now: datetime) -> str:
    before = writing.read(incident_id)
    if before.closed_at is not None or before.taken_by_id != owner_id or owner_id is None:
        return ""
    try:
        freed = writing.change(
            before,
            without_owner(before),
            stays=True,
            taken_by=None,
            taken_at=None,
            **to_be_told_on(before),
        )
    except (ChangedMeanwhile, NotYours):
        return ""
    writing.write(freed, EntryKind.RELEASED, now, None, owner=writing.owner_name(before), why=why)
    publish(IncidentReleased(at=now, incident_id=freed.pk, owner_id=owner_id))
    return freed.number
