"""The verbs of an operator: take, give back, note, close.

Each checks the policy once more, changes one row by compare-and-set, adds a line to the timeline
and announces its fact, all in one transaction.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import (
    IncidentChanged,
    IncidentClosed,
    IncidentGivenBack,
    IncidentTaken,
)
from tornvakt.domains.incidents.models import EntryKind, Incident, LogEntry
from tornvakt.domains.incidents.refusals import (
    AlreadyClosed,
    AlreadyTaken,
    CauseUnknown,
    ChangedMeanwhile,
    NoSuchIncident,
    NotAllowed,
    NotYours,
    ResultMissing,
    TextMissing,
    TextTooLong,
)
from tornvakt.domains.incidents.selectors import lock_alarms
from tornvakt.domains.incidents.states import OVER, TRANSITIONS, Cause, Result, State, causes_for
from tornvakt.pure.protocols.text import plain_words

TEXT_LIMIT = 2000


@transaction.atomic
def take(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Make ``by`` the owner, if nobody is: one wins, everybody else learns who did.

    Raises AlreadyTaken (also when it is ``by``'s own), AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    _may(by, "incidents.take")
    won = Incident.objects.filter(pk=incident_id, state=State.NEW, taken_by=None).update(
        state=State.IN_PROGRESS, taken_by=by, taken_at=now, version=F("version") + 1
    )
    incident = _read(incident_id)
    if not won:
        raise _why_not_taken(incident)
    waited = max(0, round((now - incident.opened_at).total_seconds()))
    _log(incident, EntryKind.TAKEN, now, by, who=by.call_name, seconds=waited)
    publish(IncidentTaken(at=now, incident_id=incident.pk, by_id=by.pk))
    return incident


@transaction.atomic
def give_back(*, incident_id: int, by: User, now: datetime) -> Incident:
    """Put an incident back among those that wait. A shift leader may do it for another.

    Raises NotYours, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    _may(by, "incidents.give_back")
    before = _read(incident_id)
    _must_be_open(before)
    owner = before.taken_by
    if owner is None or (owner.pk != by.pk and not decide(by, "incidents.give_back_for_another")):
        raise NotYours(owner.call_name if owner else "")
    changed = _change(before, State.NEW, taken_by=None, taken_at=None, only_if_owned_by=owner)
    for_whom = "" if owner.pk == by.pk else owner.call_name
    _log(changed, EntryKind.GIVEN_BACK, now, by, who=by.call_name, owner=for_whom)
    publish(IncidentGivenBack(at=now, incident_id=changed.pk, by_id=by.pk))
    return changed


@transaction.atomic
def note(*, incident_id: int, by: User, text: str, now: datetime) -> LogEntry:
    """Add a note to the timeline. Any operator may, owner or not, while the incident is open.

    Raises TextMissing, TextTooLong, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    _may(by, "incidents.note")
    words = _words(text)
    if not words:
        raise TextMissing
    incident = _read(incident_id)
    _must_be_open(incident)
    entry = _log(incident, EntryKind.NOTE, now, by, text=words)
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return entry


@transaction.atomic
def close(
    *, incident_id: int, by: User, result: str, cause: str = "", text: str = "", now: datetime
) -> Incident:
    """Close an incident one owns, with its result; ``cause`` is one of `causes_for` or empty.

    Raises ResultMissing, CauseUnknown, TextMissing (for the cause "other"), TextTooLong, NotYours,
    AlreadyClosed, ChangedMeanwhile, NoSuchIncident, NotAllowed.
    """
    _may(by, "incidents.close")
    # Alarms before the incident, as the forwarder locks them: otherwise each waits for the other.
    lock_alarms(incident_id)
    before = _read(incident_id)
    _must_be_open(before)
    if before.taken_by_id != by.pk:
        raise NotYours(before.taken_by.call_name if before.taken_by else "")
    words = _words(text)
    _judge_ending(before, result, cause, words)
    resolved = _change(before, State.RESOLVED, only_if_owned_by=by, version=before.version)
    closed = _change(
        resolved,
        State.CLOSED,
        only_if_owned_by=by,
        closed_by=by,
        closed_at=now,
        result=result,
        cause=cause,
        summary=words,
    )
    _log(
        closed, EntryKind.CLOSED, now, by, text=words, who=by.call_name, result=result, cause=cause
    )
    publish(IncidentClosed(at=now, incident_id=closed.pk, by_id=by.pk))
    return closed


def _may(by: User, action: str) -> None:
    if not decide(by, action):
        raise NotAllowed


def _read(incident_id: int) -> Incident:
    found = (
        Incident.objects.select_related("site", "taken_by", "closed_by")
        .filter(pk=incident_id)
        .first()
    )
    if found is None:
        raise NoSuchIncident
    return found


def _must_be_open(incident: Incident) -> None:
    if incident.closed_at is not None:
        closer = incident.closed_by.call_name if incident.closed_by else ""
        raise AlreadyClosed(closer, incident.closed_at)


def _why_not_taken(incident: Incident) -> AlreadyTaken | AlreadyClosed | NoSuchIncident:
    if incident.state in OVER and incident.closed_at is not None:
        closer = incident.closed_by.call_name if incident.closed_by else ""
        return AlreadyClosed(closer, incident.closed_at)
    if incident.taken_by is None or incident.taken_at is None:
        return NoSuchIncident()
    return AlreadyTaken(incident.taken_by.call_name, incident.taken_at, incident.taken_by.pk)


def _change(
    before: Incident,
    state: State,
    *,
    only_if_owned_by: User,
    version: int | None = None,
    **fields: object,
) -> Incident:
    """Move to ``state`` if it is allowed and the owner is still the one the caller saw.

    With ``version``, only if nothing else has changed either.
    """
    if state not in TRANSITIONS[State(before.state)]:
        raise NotYours(before.taken_by.call_name if before.taken_by else "")
    same = Incident.objects.filter(pk=before.pk, state=before.state, taken_by=only_if_owned_by)
    if version is not None:
        same = same.filter(version=version)
    changed = same.update(state=state, version=F("version") + 1, **fields)
    after = _read(before.pk)
    if not changed:
        _must_be_open(after)
        if after.taken_by_id == only_if_owned_by.pk:
            raise ChangedMeanwhile
        raise NotYours(after.taken_by.call_name if after.taken_by else "")
    return after


def _judge_ending(incident: Incident, result: str, cause: str, words: str) -> None:
    if result not in Result.values:
        raise ResultMissing
    if cause and cause not in causes_for(incident.kind):
        raise CauseUnknown
    if cause == Cause.OTHER and not words:
        raise TextMissing


def _words(text: str) -> str:
    words = plain_words(text).strip()
    if len(words) > TEXT_LIMIT:
        raise TextTooLong(TEXT_LIMIT)
    return words


def _log(
    incident: Incident,
    kind: EntryKind,
    at: datetime,
    actor: User | None,
    *,
    text: str = "",
    **params: object,
) -> LogEntry:
    return LogEntry.objects.create(
        incident=incident, at=at, kind=kind, actor=actor, text=text, params=params
    )
