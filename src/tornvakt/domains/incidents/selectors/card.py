"""How far the work on an incident has come: the action card and the call list."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tornvakt.domains.incidents.cards import (
    ActionCard,
    AttemptView,
    CalleeView,
    CallList,
    StepView,
)
from tornvakt.domains.incidents.models import CallAttempt, Incident, StepMark
from tornvakt.domains.incidents.outcomes import Outcome
from tornvakt.domains.incidents.selectors.duty import on_duty
from tornvakt.domains.sites.selectors import Callee, InstructionView, callees, instruction
from tornvakt.pure.facts import Refusal
from tornvakt.pure.instructions import DONE, SKIPPED, Progress, Step, StepKind, progress

log = logging.getLogger(__name__)


def card(incident: Incident) -> ActionCard | None:
    """Return the action card of an incident; None for one from before there were any."""
    written = card_of(incident)
    if written is None:
        return None
    marks = _marks(incident)
    come = come_to(written, marks)
    return ActionCard(
        title=written.title,
        version=written.version,
        is_default=written.is_default,
        steps=[
            _step(incident, step, state.value, marks.get(step.key)) for step, state in come.shown
        ],
        left=len(come.open_steps),
    )


def where(incident: Incident) -> Progress | None:
    """Return the same as the services reckon with it; None when it has no action card."""
    written = card_of(incident)
    return come_to(written, _marks(incident)) if written else None


def come_to(written: InstructionView, marks: Mapping[str, StepMark]) -> Progress:
    """Return how far one has come on a card with these marks."""
    return progress(written.steps, {key: _done(mark) for key, mark in marks.items()})


def call_list(incident: Incident, now: datetime) -> CallList:
    """Return whom to ring about an incident and how it has gone.

    The next is the first of the object's list, in its order, who may be rung at this hour and has
    not been tried; after a busy line or no answer the one after. Once somebody within hours and
    all the rest have been tried, those on call follow, TiB first. Somebody who answered ends it.
    """
    attempts = list(
        CallAttempt.objects.filter(incident=incident).select_related("by").order_by("at", "pk")
    )
    views = [_attempt(row) for row in attempts]
    listed = callees(incident.site_id, now) if incident.site_id else ()
    of_keyholder: dict[int, list[AttemptView]] = {}
    of_turn: dict[int, list[AttemptView]] = {}
    for row, view in zip(attempts, views, strict=True):
        if row.keyholder_id is not None:
            of_keyholder.setdefault(row.keyholder_id, []).append(view)
        if row.duty_turn_id is not None:
            of_turn.setdefault(row.duty_turn_id, []).append(view)
    is_answered = any(row.outcome == Outcome.ANSWERED for row in attempts)
    is_over = is_answered or incident.closed_at is not None
    next_one = None
    if not is_over:
        untried = (each for each in listed if not of_keyholder.get(each.keyholder_id))
        next_one = next((each for each in untried if each.is_within_hours), None)
    people = [_callee(each, of_keyholder, each is next_one) for each in listed]
    on_call: list[CalleeView] = []
    is_next_found = next_one is not None or is_over
    for place, turn in enumerate(on_duty(now), 1):
        tried = of_turn.get(turn.turn_id, [])
        is_next = not is_next_found and not tried
        is_next_found = is_next_found or is_next
        on_call.append(
            CalleeView(
                keyholder_id=None,
                duty_turn_id=turn.turn_id,
                order=place,
                name=turn.person,
                role=turn.role_name,
                phones=[turn.phone] if turn.phone else [],
                is_within_hours=True,
                may_cancel=False,
                attempts=tried,
                is_next=is_next,
            )
        )
    return CallList(
        callees=people,
        on_call=on_call,
        attempts=views,
        is_answered=is_answered,
        is_exhausted=not is_next_found and bool(people or on_call),
    )


def card_of(incident: Incident) -> InstructionView | None:
    """Return the instruction; None, too, for one that cannot be read: the rest must be shown."""
    if incident.instruction_id is None:
        return None
    try:
        return instruction(incident.instruction_id)
    except (LookupError, ValueError, TypeError, Refusal):
        log.exception("incidents.instruction_unread number=%s", incident.number)
        return None


def _marks(incident: Incident) -> dict[str, StepMark]:
    rows = StepMark.objects.filter(incident=incident, undone_at=None).select_related("by")
    return {row.key: row for row in rows}


def _done(mark: StepMark) -> str:
    return SKIPPED if mark.is_skipped else mark.answer or DONE


def _step(incident: Incident, step: Step, state: str, mark: StepMark | None) -> StepView:
    due = step.deadline_s
    return StepView(
        key=step.key,
        text=step.text,
        help=step.help,
        kind=step.kind.value,
        answers=[each.label for each in step.answers] if step.kind == StepKind.ASK else [],
        state=state,
        answer=mark.answer if mark else "",
        reason=mark.reason if mark else "",
        at=mark.at if mark else None,
        by_call_name=mark.by.call_name if mark else "",
        due_at=incident.opened_at + timedelta(seconds=due) if due is not None else None,
    )


def _attempt(row: CallAttempt) -> AttemptView:
    return AttemptView(
        at=row.at,
        by_call_name=row.by.call_name,
        name=row.name,
        phone=row.phone,
        outcome=row.outcome,
        outcome_label=str(Outcome(row.outcome).label),
        note=row.note,
    )


def _callee(
    each: Callee, attempts: Mapping[int, Sequence[AttemptView]], is_next: bool
) -> CalleeView:
    return CalleeView(
        keyholder_id=each.keyholder_id,
        duty_turn_id=None,
        order=each.order,
        name=each.name,
        role=each.role,
        phones=each.phones,
        is_within_hours=each.is_within_hours,
        may_cancel=each.may_cancel,
        attempts=attempts.get(each.keyholder_id, []),
        is_next=is_next,
    )
