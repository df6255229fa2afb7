"""Two incidents that are the same thing become one, when a person says so; and apart again.

What was joined keeps its number, its timeline and its end; its alarms go on in the other, so that
a further signal is counted where somebody looks.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Sum

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.facts import IncidentChanged, IncidentMerged, IncidentUnmerged
from tornvakt.domains.incidents.models import EntryKind, Incident, IncidentAlarm, LogEntry
from tornvakt.domains.incidents.refusals import (
    CannotBeTakenBack,
    JoinNeedsReason,
    NotInThisState,
    NotItself,
    NotYours,
)
from tornvakt.domains.incidents.selectors import alarm_ids, lock_alarms
from tornvakt.domains.incidents.selectors.nearby import are_near
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.closing import AGAIN
from tornvakt.domains.incidents.services.waiting import wake
from tornvakt.domains.incidents.states import State, kinds_like

AT_ONCE = timedelta(seconds=60)
"""So long may whoever joined two incidents take it back without a shift leader."""


@transaction.atomic
def merge(*, incident_id: int, into_id: int, by: User, reason: str = "", now: datetime) -> Incident:
    """Join an incident that nobody has, or one's own, into another open one; return that one.

    What somebody has is joined by that somebody only. The more serious of the two gives what it
    is, where it is and its priority, and its clocks; of two equally serious ones the older gives
    the clocks, so that no wait is hidden by a joining. One that waits wakes. They are joined for a
    ``reason`` when they differ in kind or place, or when the other one is less serious or waits.
    Raises JoinNeedsReason, NotItself, NotInThisState, NotYours, AlreadyClosed, ChangedMeanwhile,
    NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.merge")
    if incident_id == into_id:
        raise NotItself
    why = writing.words(reason, writing.REASON_LIMIT)
    source, target = _hold(incident_id, into_id)
    writing.must_be_open(source)
    writing.must_be_open(target)
    if source.taken_by_id not in (None, by.pk):
        raise NotYours(writing.owner_name(source))
    if target.taken_by_id not in (None, by.pk) and source.taken_by_id != by.pk:
        raise NotYours(writing.owner_name(target))
    doubts = _doubts(source, target)
    if doubts and not why:
        raise JoinNeedsReason(doubts, gone=source.number, kept=target.number)
    moved = alarm_ids(source.pk)
    merged = writing.change(
        source, State.MERGED, by_version=True, closed_by=by, closed_at=now, merged_into=target
    )
    IncidentAlarm.objects.filter(incident=source).update(incident=target)
    _count_again(source)
    _count_again(target)
    titles = {"title_sv": source.title_sv, "title_en": source.title_en}
    gives = _gives(source, target, now)
    kept = (*gives, "last_signal_at")
    before = {"before": {name: _stored(getattr(target, name)) for name in kept}}
    writing.write(
        merged,
        EntryKind.MERGED,
        now,
        by,
        text=why,
        who=by.call_name,
        into=target.number,
        alarms=moved,
    )
    writing.write(
        target,
        EntryKind.MERGED,
        now,
        by,
        text=why,
        who=by.call_name,
        joined=source.number,
        **titles,
        **before,
    )
    if gives:
        Incident.objects.filter(pk=target.pk).update(**gives)
    if source.priority < target.priority:
        _write_priority(EntryKind.RAISED, target, source.priority, now)
    wake([target.pk], why="joined", now=now)
    publish(IncidentMerged(at=now, incident_id=source.pk, into_id=target.pk, by_id=by.pk))
    publish(IncidentChanged(at=now, incident_id=target.pk))
    return writing.read(target.pk)


LIKE = (
    *("kind", "title_sv", "title_en", "site_id", "place", "account"),
    *("latitude", "longitude", "instruction_id"),
)
"""What the more serious of two gives the one that goes on: what it is and where."""
CLOCKS = ("opened_at", "first_taken_at", "escalated_at")


def _gives(source: Incident, target: Incident, now: datetime) -> dict[str, Any]:
    """Return what the one that is joined gives the other; empty when it gives nothing."""
    is_worse = source.priority < target.priority
    is_older = source.priority == target.priority and source.opened_at < target.opened_at
    given: dict[str, Any] = {}
    if is_worse:
        given = {name: getattr(source, name) for name in ("priority", *LIKE)}
    if is_worse or is_older:
        given |= {name: getattr(source, name) for name in CLOCKS}
        if source.first_taken_at is None and target.taken_by_id is not None:
            given["first_taken_at"] = now  # until now nobody had taken it
    return given


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _doubts(source: Incident, target: Incident) -> list[str]:
    """Return why somebody has to say that these are the same thing; empty when they look it."""
    doubts = []
    if source.kind not in kinds_like(target.kind):
        doubts.append("kind")
    if not are_near(source, target):
        doubts.append("place")
    if source.priority < target.priority:
        doubts.append("serious")
    if target.state == State.WAITING:
        doubts.append("waiting")
    return doubts


@transaction.atomic
def undo_merge(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Let a joined incident wait by itself again, with the alarms it brought.

    A shift leader's verb; whoever joined them may too, within `AT_ONCE` (and not when the clock
    has been put back to before it). The other is again what it was before: its words, its clocks,
    and its priority unless something else is as serious.
    Raises TextMissing, NotInThisState, CannotBeTakenBack (the other is over), NoSuchIncident,
    NotAllowed.
    """
    before = writing.read(incident_id)
    is_slip = (
        before.closed_by_id == by.pk
        and before.closed_at is not None
        and timedelta() <= now - before.closed_at <= AT_ONCE
    )
    writing.may(by, "incidents.merge" if is_slip else "incidents.undo_merge")
    why = writing.reason_of(reason)
    if before.state != State.MERGED or before.merged_into_id is None:
        raise NotInThisState(State(before.state))
    before, other = _hold(before.pk, before.merged_into_id)
    if other.closed_at is not None:
        raise CannotBeTakenBack
    alone = writing.change(before, State.NEW, merged_into=None, **AGAIN)
    brought = _brought(alone)
    IncidentAlarm.objects.filter(incident=other, alarm__in=brought).update(incident=alone)
    _be_itself_again(other, alone, now)
    _count_again(alone)
    _count_again(other)
    writing.write(alone, EntryKind.UNMERGED, now, by, text=why, who=by.call_name, was=other.number)
    writing.write(other, EntryKind.UNMERGED, now, by, text=why, who=by.call_name, left=alone.number)
    publish(IncidentUnmerged(at=now, incident_id=alone.pk, from_id=other.pk, by_id=by.pk))
    publish(IncidentChanged(at=now, incident_id=other.pk))
    return alone


def _hold(one: int, other: int) -> tuple[Incident, Incident]:
    """Lock the alarms of both, then both rows, always in the same order."""
    for pk in sorted((one, other)):
        lock_alarms(pk)
    list(Incident.objects.select_for_update().filter(pk__in=(one, other)).order_by("pk"))
    return writing.read(one), writing.read(other)


def _be_itself_again(other: Incident, alone: Incident, now: datetime) -> None:
    """Give back what the joining changed, but for what something else has changed since.

    Joinings may be undone in any order: what it is now follows from what it was before the first
    of them and from those that still stand, as if the one that is undone had never been.
    """
    lines = _standing_lines(other)
    own = _own(other, lines)
    joined = Incident.objects.filter(merged_into=other).in_bulk()
    numbers = {each.number: each for each in (*joined.values(), alone)}
    sources = [(numbers[n], line.at) for n, line in lines.items() if n in numbers]
    was = _after_all(own, sources)
    is_now = _after_all(own, [each for each in sources if each[0].pk != alone.pk])
    again: dict[str, Any] = {}
    if all(getattr(other, name) == getattr(was, name) for name in LIKE):
        again = {name: getattr(is_now, name) for name in LIKE}
    if other.opened_at == was.opened_at != is_now.opened_at:
        again |= {name: getattr(is_now, name) for name in CLOCKS}
        again["first_taken_at"] = again["first_taken_at"] or other.taken_at
    if other.priority == was.priority:
        again["priority"] = _as_serious_as(other, is_now.priority)
    if not IncidentAlarm.objects.filter(incident=other).exists():
        again["last_signal_at"] = own.last_signal_at
    Incident.objects.filter(pk=other.pk).update(**again)
    if again.get("priority", other.priority) != other.priority:
        _write_priority(EntryKind.LOWERED, other, again["priority"], now)


def _standing_lines(other: Incident) -> dict[str, LogEntry]:
    """Return the joinings since nothing was joined with it, undone ones too, by number, in turn."""
    kinds = (EntryKind.MERGED, EntryKind.UNMERGED)
    lines: dict[str, LogEntry] = {}
    standing: set[str] = set()
    for line in LogEntry.objects.filter(incident=other, kind__in=kinds).order_by("id"):
        if number := line.params.get("joined"):
            lines = {**lines, number: line} if standing else {number: line}
            standing.add(number)
        standing.discard(line.params.get("left", ""))
    return lines


def _own(other: Incident, lines: dict[str, LogEntry]) -> Incident:
    """Return the incident as it was before the first of these joinings changed it. Not to save."""
    own = copy(other)
    for line in reversed(lines.values()):
        for name, value in line.params.get("before", {}).items():
            is_time = name in (*CLOCKS, "last_signal_at") and value
            setattr(own, name, datetime.fromisoformat(value) if is_time else value)
    return own


def _after_all(own: Incident, sources: Sequence[tuple[Incident, datetime]]) -> Incident:
    """Return what it is once these were joined with it, one after the other. Not to save."""
    made = copy(own)
    for source, at in sources:
        was_taken = own.taken_at is not None and own.taken_at <= at
        made.taken_by_id = own.taken_by_id if was_taken else None
        for name, value in _gives(source, made, at).items():
            setattr(made, name, value)
    return made


def _as_serious_as(incident: Incident, was: int) -> int:
    """Return the priority it was of, or that of the most serious thing it still holds."""
    alarms = IncidentAlarm.objects.filter(incident=incident)
    joined = Incident.objects.filter(merged_into=incident)
    held = [*alarms.values_list("alarm__priority", flat=True)]
    return min([was, *held, *joined.values_list("priority", flat=True)])


def _write_priority(kind: EntryKind, incident: Incident, to: int, now: datetime) -> None:
    changed: dict[str, Any] = {"from": incident.priority, "to": to, "rule": "highest_alarm"}
    writing.write(incident, kind, now, None, **changed)


def _brought(incident: Incident) -> list[int]:
    """Return the alarms the last joining took along."""
    lines = LogEntry.objects.filter(incident=incident, kind=EntryKind.MERGED)
    last = lines.filter(params__has_key="into").order_by("-id").first()
    return [int(pk) for pk in last.params["alarms"]] if last else []


def _count_again(incident: Incident) -> None:
    """Count alarms and signals as they now belong to it; one without alarms keeps its times."""
    alarms = Alarm.objects.filter(link__incident=incident)
    found = alarms.aggregate(signals=Sum("signal_count"), last=Max("last_signal_at"))
    stands = alarms.filter(state=AlarmState.OPEN).exists()
    restored = None if stands else alarms.aggregate(last=Max("restored_at"))["last"]
    Incident.objects.filter(pk=incident.pk).update(
        alarm_count=alarms.count(),
        signal_count=found["signals"] or 0,
        last_signal_at=found["last"] or F("last_signal_at"),
        restored_at=restored,
        version=F("version") + 1,
    )
