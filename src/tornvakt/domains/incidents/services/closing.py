"""How an incident ends: closed with a result, cancelled as a mistake; and how it is gone on with.

Closed is closed: what goes on is a new incident, linked to the old one.
"""

import re
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import (
    IncidentCancelled,
    IncidentChanged,
    IncidentClosed,
    IncidentOpened,
)
from tornvakt.domains.incidents.models import EntryKind, Incident
from tornvakt.domains.incidents.refusals import (
    AlreadyGoneOnWith,
    CauseMissing,
    CauseUnknown,
    NotInThisState,
    NotYours,
    ReasonTooShort,
    ResultMissing,
    TextMissing,
)
from tornvakt.domains.incidents.selectors import lock_alarms
from tornvakt.domains.incidents.services import obligations, writing
from tornvakt.domains.incidents.services.numbers import next_numbers
from tornvakt.domains.incidents.states import Cause, Origin, Result, State, causes_for, results_of

P1_WORDS = 3
"""Fewer words are no reason to cancel an urgent incident."""
_WORD = re.compile(r"\w{2,}")


@transaction.atomic
def close(
    *,
    incident_id: int,
    by: User,
    result: str,
    cause: str = "",
    text: str = "",
    skip_reason: str = "",
    now: datetime,
) -> Incident:
    """Close an incident one owns, with its result; ``cause`` is empty or goes with it.

    Every step of the action card is done or skipped by then: ``skip_reason`` skips those that are
    left. A false alarm has a cause. Raises ResultMissing, CauseMissing, CauseUnknown, TextMissing
    (for the cause "other"), TextTooLong, StepsLeft, ObligationsLeft, NotInThisState, NotYours,
    AlreadyClosed, ChangedMeanwhile, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.close")
    # Alarms before the incident, as the forwarder locks them: otherwise each waits for the other.
    lock_alarms(incident_id)
    before = writing.read(incident_id)
    writing.must_be_owned(before, by)
    words = writing.words(text)
    _judge_ending(before, result, cause, words)
    if before.state not in (State.IN_PROGRESS, State.ON_SCENE, State.RESOLVED):
        raise NotInThisState(State(before.state))
    obligations.meet_or_refuse(before, by, skip_reason, now)
    resolved = before
    if before.state != State.RESOLVED:
        resolved = writing.change(before, State.RESOLVED, by_version=True, resolved_at=now)
    closed = writing.change(
        resolved,
        State.CLOSED,
        closed_by=by,
        closed_at=now,
        result=result,
        cause=cause,
        summary=words,
    )
    writing.write(
        closed,
        EntryKind.CLOSED,
        now,
        by,
        text=words,
        who=by.call_name,
        result=result,
        cause=cause,
    )
    publish(IncidentClosed(at=now, incident_id=closed.pk, by_id=by.pk))
    return closed


@transaction.atomic
def cancel(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Cancel an incident that was a mistake: one nobody has, or one's own. Says why.

    A P1 one has taken first, and says so in a few words. Raises TextMissing, ReasonTooShort,
    NotInThisState, NotYours, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.cancel")
    why = writing.reason_of(reason)
    lock_alarms(incident_id)
    before = writing.read(incident_id)
    writing.must_be_open(before)
    if before.taken_by_id not in (None, by.pk):
        raise NotYours(writing.owner_name(before))
    if before.priority == 1:
        writing.must_be_owned(before, by)
        if len(_WORD.findall(why)) < P1_WORDS:
            raise ReasonTooShort(P1_WORDS)
    cancelled = writing.change(
        before, State.CANCELLED, by_version=True, closed_by=by, closed_at=now, summary=why
    )
    writing.write(cancelled, EntryKind.CANCELLED, now, by, text=why, who=by.call_name)
    publish(IncidentCancelled(at=now, incident_id=cancelled.pk, by_id=by.pk))
    return cancelled


@transaction.atomic
def undo_cancel(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Let a cancelled incident wait again. A shift leader's verb.

    Its alarms stay closed: the same signal again is a new alarm. Raises TextMissing,
    NotInThisState, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.undo_cancel")
    why = writing.reason_of(reason)
    before = writing.read(incident_id)
    if before.state != State.CANCELLED:
        raise NotInThisState(State(before.state))
    again = writing.change(before, State.NEW, **AGAIN)
    writing.write(again, EntryKind.REOPENED, now, by, text=why, who=by.call_name)
    publish(IncidentChanged(at=now, incident_id=again.pk))
    return again


@transaction.atomic
def reopen(*, incident_id: int, by: User, reason: str, now: datetime) -> Incident:
    """Go on with a closed incident: return a new one, linked to it, that ``by`` has.

    Raises TextMissing, AlreadyGoneOnWith, NotInThisState, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.reopen")
    why = writing.reason_of(reason)
    closed = writing.read(incident_id)
    if closed.state != State.CLOSED:
        raise NotInThisState(State(closed.state))
    try:
        with transaction.atomic():
            fresh = Incident.objects.create(number=next_numbers(1, now)[0], **_as(closed, by, now))
    except IntegrityError as clash:
        raise AlreadyGoneOnWith from clash
    titles = {"title_sv": closed.title_sv, "title_en": closed.title_en}
    writing.write(closed, EntryKind.REOPENED, now, by, who=by.call_name, as_number=fresh.number)
    writing.write(
        fresh, EntryKind.OPENED, now, by, text=why, who=by.call_name, goes_on=closed.number,
        **titles,
    )  # fmt: skip
    publish(IncidentOpened(at=now, incident_id=fresh.pk))
    publish(IncidentChanged(at=now, incident_id=closed.pk))
    return writing.read(fresh.pk)


AGAIN: dict[str, Any] = {
    "taken_by": None,
    "taken_at": None,
    "closed_by": None,
    "closed_at": None,
    "resolved_at": None,
    "summary": "",
    "group": "",  # meanwhile another may have gathered under the name
}
"""What an incident that was over no longer has when it waits again."""


KEPT = (
    *("priority", "kind", "site", "place", "account", "latitude", "longitude"),
    *("title_sv", "title_en", "is_test"),
)
"""What a new incident takes over from the closed one it goes on with."""


def _as(closed: Incident, by: User, now: datetime) -> dict[str, object]:
    return {name: getattr(closed, name) for name in KEPT} | {
        "origin": Origin.OPERATOR,
        "reopens": closed,
        "state": State.IN_PROGRESS,
        "opened_at": now,
        "last_signal_at": now,
        "taken_by": by,
        "taken_at": now,
        "first_taken_at": now,
    }


def _fits(kind: str, cause: str, result: str) -> bool:
    return cause in causes_for(kind) and result in results_of(Cause(cause), kind)


def _judge_ending(incident: Incident, result: str, cause: str, words: str) -> None:
    if result not in Result.values:
        raise ResultMissing
    if cause and not _fits(incident.kind, cause, result):
        raise CauseUnknown
    if result == Result.UNFOUNDED and not cause:
        raise CauseMissing
    if cause == Cause.OTHER and not words:
        raise TextMissing
