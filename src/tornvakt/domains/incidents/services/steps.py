"""Ticking and skipping the steps of the action card.

Only the owner ticks; ticking on an incident that nobody has makes one its owner. A step that is
skipped says why, and stands on the shift leader's list.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from tornvakt.base.access.models import User
from tornvakt.base.facts.outbox import publish
from tornvakt.domains.incidents.facts import IncidentChanged
from tornvakt.domains.incidents.models import EntryKind, Incident, StepMark
from tornvakt.domains.incidents.refusals import AnswerMissing, NoSuchStep
from tornvakt.domains.incidents.selectors import card_of, where
from tornvakt.domains.incidents.services import writing
from tornvakt.domains.incidents.services.desk import take
from tornvakt.pure.instructions import Step, StepKind, StepState


@transaction.atomic
def tick_step(*, incident_id: int, key: str, by: User, answer: str = "", now: datetime) -> Incident:
    """Note that a step was done; a question has one of its answers.

    Raises NoSuchStep (also when it is marked already), AnswerMissing, NotYours, AlreadyClosed,
    NoSuchIncident, NotAllowed.
    """
    incident = _own(incident_id, by, now)
    step = _open_step(incident, key)
    if step.kind == StepKind.ASK:
        if answer not in [each.label for each in step.answers]:
            raise AnswerMissing
    else:
        answer = ""
    _mark(incident, step, by, now, answer=answer)
    writing.write(
        incident,
        EntryKind.STEP_DONE,
        now,
        by,
        step=_position(incident, step.key),
        words=step.text,
        answer=answer,
    )
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return incident


@transaction.atomic
def skip_step(*, incident_id: int, key: str, by: User, reason: str, now: datetime) -> Incident:
    """Pass over a step, and say why.

    Raises TextMissing, TextTooLong, NoSuchStep, NotYours, AlreadyClosed, NoSuchIncident,
    NotAllowed.
    """
    why = writing.reason_of(reason)
    incident = _own(incident_id, by, now)
    skip(incident, [_open_step(incident, key)], by, why, now)
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return incident


@transaction.atomic
def undo_step(*, incident_id: int, key: str, by: User, now: datetime) -> Incident:
    """Take back a mark made by mistake. The timeline keeps both.

    Raises NoSuchStep, NotYours, AlreadyClosed, NoSuchIncident, NotAllowed.
    """
    writing.may(by, "incidents.tick")
    incident = writing.read(incident_id)
    writing.must_be_owned(incident, by)
    mark = StepMark.objects.filter(incident=incident, key=key, undone_at=None).first()
    if mark is None:
        raise NoSuchStep
    StepMark.objects.filter(pk=mark.pk, undone_at=None).update(undone_at=now)
    writing.write(
        incident, EntryKind.STEP_UNDONE, now, by, step=_position(incident, key), words=mark.text
    )
    publish(IncidentChanged(at=now, incident_id=incident.pk))
    return incident


@transaction.atomic
def see_skipped(*, mark_ids: Sequence[int], by: User, now: datetime) -> int:
    """Note that a shift leader has seen these skipped steps; return how many were new."""
    writing.may(by, "incidents.view_skipped")
    unseen = StepMark.objects.filter(pk__in=mark_ids, is_skipped=True, seen_at=None)
    count = unseen.update(seen_at=now)
    writing.log("see_skipped", "", now, by, count=count)
    return count


def skip(incident: Incident, steps: Sequence[Step], by: User, why: str, now: datetime) -> None:
    """Mark steps as skipped, in the open transaction."""
    for step in steps:
        _mark(incident, step, by, now, is_skipped=True, reason=why)
        writing.write(
            incident,
            EntryKind.STEP_SKIPPED,
            now,
            by,
            text=why,
            step=_position(incident, step.key),
            words=step.text,
        )


def _own(incident_id: int, by: User, now: datetime) -> Incident:
    writing.may(by, "incidents.tick")
    incident = writing.read(incident_id)
    writing.must_be_open(incident)
    if incident.taken_by_id is None:
        return take(incident_id=incident_id, by=by, now=now)
    writing.must_be_owned(incident, by)
    return incident


def _position(incident: Incident, key: str) -> int:
    """Return which step it is, counted from 1 as the card was written; 0 when it has gone.

    A key is chosen by whoever wrote the card and may say anything; a log holds numbers alone.
    """
    written = card_of(incident)
    keys = [step.key for step in written.steps] if written else []
    return keys.index(key) + 1 if key in keys else 0


def _open_step(incident: Incident, key: str) -> Step:
    come = where(incident)
    for step, state in come.shown if come else ():
        if step.key == key and state in (StepState.CURRENT, StepState.AHEAD):
            return step
    raise NoSuchStep


def _mark(
    incident: Incident,
    step: Step,
    by: User,
    now: datetime,
    *,
    answer: str = "",
    is_skipped: bool = False,
    reason: str = "",
) -> None:
    try:
        with transaction.atomic():
            StepMark.objects.create(
                incident=incident,
                key=step.key,
                text=step.text,
                answer=answer,
                is_skipped=is_skipped,
                reason=reason,
                at=now,
                by=by,
            )
    except IntegrityError as clash:
        raise NoSuchStep from clash
