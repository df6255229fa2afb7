"""What the desk shows of the work on an incident: card, call list, notices, clocks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.cards import (
    ActionCard,
    CalleeView,
    DuplicateView,
    StepView,
)
from tornvakt.domains.incidents.outcomes import Outcome, Receiver, Route
from tornvakt.domains.incidents.pictures import Choice, IncidentView
from tornvakt.domains.incidents.states import State
from tornvakt.domains.sites.selectors import TestView
from tornvakt.surfaces.console import beside, rows

_CSS = {"done": "done", "skipped": "skip", "current": "now", "ahead": "todo"}


def screen(view: IncidentView, now: datetime) -> dict[str, Any]:
    """Everything the templates of the work need, in the active language."""
    return {
        **permissions(view),
        "card": card(view, now),
        "steps_left": steps_left(view.card.left) if view.card and view.card.left else "",
        "callees": [_callee(each) for each in view.calling.callees],
        "on_call": [_callee(each) for each in view.calling.on_call],
        "is_answered": view.calling.is_answered,
        "is_exhausted": view.calling.is_exhausted,
        "ring_anyway": _ring_anyway(view),
        "outcomes": _choices(Outcome.choices),
        "receivers": _choices(Receiver.choices),
        "tests": [_test(each) for each in view.tests],
        "waiting_for": view.waiting.reason if view.waiting else "",
        "wakes_at": view.waiting.wakes_at if view.waiting else None,
        "warnings": [each.text for each in view.warnings],
        "duplicates": [_duplicate(each, n == 0) for n, each in enumerate(view.duplicates)],
        "linked": _linked(view),
        **beside.screen(view),
        "stamps": _stamps(view),
    }


def bare(view: IncidentView) -> dict[str, Any]:
    """The same of an incident that cannot be shown in full: what one may do, and nothing else."""
    return {
        **permissions(view),
        "card": {"steps": [], "done": 0, "total": 0, "title": ""},
        "outcomes": _choices(Outcome.choices),
        "receivers": _choices(Receiver.choices),
    }


def permissions(view: IncidentView) -> dict[str, Any]:
    """What the viewer may do now, as the templates ask for it."""
    may = view.may
    return {
        "may_work": view.row.closed_at is None and may.note,
        "may_tick": may.tick,
        "may_ring": may.record_attempt,
        "may_take_over": may.take_over,
        "may_hand_over": may.hand_over,
        "may_dispatch": may.dispatch,
        "may_arrive": may.arrive,
        "may_recall": may.recall,
        "may_resolve": may.resolve,
        "may_wait": may.wait,
        "may_resume": may.resume,
        "may_attach": may.attach,
        "may_edit": may.edit,
        "may_cancel": may.cancel,
        "may_reopen": may.reopen,
        "may_undo_cancel": may.undo_cancel,
        "ending": rows.ending_of(view.row),
        "hold": _hold(view),
    }


def card(view: IncidentView, now: datetime) -> dict[str, Any]:
    """The action card: every step on the way, where one is, and what may be done with each."""
    found: ActionCard | None = view.card
    if found is None:
        return {"steps": [], "done": 0, "total": 0, "title": _("no card"), "left": 0}
    steps = [_step(n, each, view, now) for n, each in enumerate(found.steps, 1)]
    current = found.current
    return {
        "title": found.title,
        "version": found.version,
        "is_default": found.is_default,
        "steps": steps,
        "done": len(steps) - found.left,
        "total": len(steps),
        "left": found.left,
        "now": {"key": current.key, "text": current.text} if current else None,
    }


def _step(n: int, step: StepView, view: IncidentView, now: datetime) -> dict[str, Any]:
    is_open = step.state in ("current", "ahead") and view.row.closed_at is None
    return {
        "n": n,
        "key": step.key,
        "text": step.text,
        "help": step.help,
        "state": "todo" if step.state == "current" and not is_open else _CSS[step.state],
        "answers": step.answers if is_open else (),
        "note": step.reason if step.state == "skipped" else step.answer,
        "at": step.at,
        "by": step.by_call_name,
        "due_at": step.due_at if is_open else None,
        "due_ms": formats.epoch_ms(step.due_at) if is_open and step.due_at else None,
        "is_late": step.is_late(now),
        "may_tick": is_open and view.may.tick,
        "may_undo": not is_open and view.may.tick and view.row.owner_id is not None,
    }


def _callee(who: CalleeView) -> dict[str, Any]:
    last = who.attempts[-1] if who.attempts else None
    code = f"k{who.keyholder_id}" if who.keyholder_id is not None else f"d{who.duty_turn_id}"
    return {
        "code": code,
        "n": who.order,
        "name": who.name,
        "role": who.role,
        "hours": "" if who.is_within_hours else _("not at this hour"),
        "may_cancel": who.may_cancel,
        "phones": [{"shown": phone, "tel": _dialled(phone)} for phone in who.phones],
        "is_next": who.is_next,
        "last": last and {"outcome": last.outcome_label, "at": last.at, "note": last.note},
    }


def _ring_anyway(view: IncidentView) -> str:
    """Whom to ring when nobody is within hours and nobody on call: the first not yet tried."""
    if not view.calling.is_exhausted or view.calling.is_answered:
        return ""
    untried = (each for each in view.calling.callees if not each.attempts and each.phones)
    return next((each.name for each in untried), "")


def _dialled(phone: str) -> str:
    """The number as a telephone dials it: digits, with the plus of a country code."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    return f"+{digits}" if phone.strip().startswith("+") else digits


def _choices(codes: Sequence[tuple[str, Any]]) -> list[Choice]:
    return [Choice(code, str(label)) for code, label in codes]


def scope_name(scope: str, account: str, scope_id: str) -> str:
    """Which part of an object a test is about, in the active language."""
    words = {
        "whole": _("the whole object"),
        "transmitter": _("transmitter %(account)s"),
        "area": _("area %(scope)s, transmitter %(account)s"),
        "zone": _("zone %(scope)s, transmitter %(account)s"),
    }
    return words.get(scope, scope) % {"account": account, "scope": scope_id}


def _test(test: TestView) -> dict[str, Any]:
    return {
        "what": scope_name(test.scope, test.account, test.scope_id),
        "until": test.ends_at,
        "by": test.started_by,
        "reason": test.reason,
        "covers_life": test.covers_life,
    }


def _duplicate(twin: DuplicateView, is_first: bool) -> dict[str, Any]:
    where = (
        _("same object") if twin.distance_m is None else _("%(m)d m away") % {"m": twin.distance_m}
    )
    apart = _("%(time)s apart") % {"time": formats.duration(abs(twin.apart_s))}
    owner = twin.owner_call_name or _("nobody has taken it")
    return {
        "number": twin.number,
        "url": rows.url_of(twin.number),
        "title": twin.title(formats.language()),
        "place": twin.place,
        "why": f"{where} · {apart} · {owner}",
        "is_first": is_first,
    }


def _linked(view: IncidentView) -> list[dict[str, Any]]:
    how = {
        "joined": _("Joined with this"),
        "joined_into": _("Joined into"),
        "goes_on": _("Goes on with"),
        "went_on": _("Went on as"),
    }
    return [
        {
            "how": how[each.relation],
            "number": each.number,
            "title": each.title(formats.language()),
            "url": rows.url_of(each.number),
            "may_undo": each.relation == "joined_into" and view.may.undo_merge,
        }
        for each in view.linked
    ]


def _stamps(view: IncidentView) -> list[dict[str, Any]]:
    """The clocks beyond taking: shown when their instant is known, or still can come."""
    names = {
        "dispatched": _("Sent out"),
        "on_scene": _("On the scene"),
        "resolved": _("Dealt with"),
    }
    return [
        {"name": names[each.name], "after_s": each.after_s, "at": each.at}
        for each in view.clocks
        if each.name in names
    ]


def _hold(view: IncidentView) -> str:
    """Why its owner cannot close it yet, and what comes first; empty when nothing is in the way."""
    if view.row.state == State.WAITING:
        return _("It waits. Go on with it (V) before you close it.")
    if view.row.state == State.DISPATCHED:
        return _("Somebody is on the way. Note when they are there (S) or called back.")
    is_for_112 = any(each.route == Route.EMERGENCY for each in view.calls)
    if is_for_112 and not view.hand_overs:
        return _("Note the hand-over to 112 (L) before you close it.")
    return ""


def steps_left(left: int) -> str:
    """Say how many steps of the card are open, for the closing form."""
    return ngettext(
        "One step of the action card is left.",
        "%(n)d steps of the action card are left.",
        left,
    ) % {"n": left}
