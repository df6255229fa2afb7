"""The live state (läget) as data for a paper: what goes on, what is next, and whom to ring.

Asked by the machinery every few minutes, and by a shift leader's button; the door asks the policy.
A constant number of queries, however many incidents are open.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tornvakt.base import papers
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.papers.common import FOLDER, head, moment
from tornvakt.domains.incidents.selectors import shift_draft
from tornvakt.domains.incidents.selectors.duty import on_duty
from tornvakt.domains.incidents.selectors.overview import StepNow, WorkNow, work_of
from tornvakt.domains.incidents.states import State
from tornvakt.domains.sites import selectors as sites
from tornvakt.domains.sites.selectors import Callee

LONGEST_S = 120.0
STEPS_SHOWN = 12
TRIED_SHOWN = 6
BLANK_LINES = 20
IN_FULL = 600
"""So many incidents are printed with steps and numbers, the most serious first; more as lines."""
AS_LINES = 3_000


def live_pdf(*, printed_by: str, now: datetime) -> bytes:
    """Print the live state in the active language. Raises as `papers.pdf`."""
    title = _("The live state")
    data = {**head(now, printed_by), "foot": _("Holds telephone numbers. Keep it locked in.")}
    data |= live_data(now) | {"blank": blank_form()}
    template = f"{FOLDER}/live.typ"
    language = formats.language()
    return papers.pdf(template, data, title=title, language=language, longest_s=LONGEST_S)


def live_data(now: datetime) -> dict[str, Any]:
    """Return everything that goes on, as the templates want it."""
    found = list(
        Incident.objects.filter(closed_at=None)
        .select_related("taken_by", "site")
        .order_by("priority", "opened_at", "pk")
    )
    in_full, rest = found[:IN_FULL], found[IN_FULL:]
    work = work_of(in_full)
    people = sites.callees_of({each.site_id for each in in_full if each.site_id}, now)

    def shown(each: Incident) -> dict[str, Any]:
        return _incident(each, work[each.pk], people.get(each.site_id or 0, ()))

    going_on = [each for each in in_full if each.state != State.WAITING]
    waiting = [each for each in in_full if each.state == State.WAITING]
    counts = [sum(each.priority == priority for each in found) for priority in (1, 2, 3)]
    drafts = [*shift_draft.standing("silent", shift_draft.SILENT)]
    drafts += [*shift_draft.standing("late", shift_draft.LATE), *shift_draft.tests(now)]
    listed: dict[str, list[dict[str, Any]]] = {}
    for draft in drafts:
        words = shift_words.item(draft.section, draft.content)
        listed.setdefault(draft.section, []).append(
            {"title": words.title, "lines": list(words.lines)}
        )
    return {
        "summary": _("%(n)d open: %(p1)d urgent, %(p2)d alarm, %(p3)d normal")
        % {"n": len(found), "p1": counts[0], "p2": counts[1], "p3": counts[2]},
        "open": [shown(each) for each in going_on],
        "waiting": [shown(each) for each in waiting],
        "rest": [_line(each) for each in rest[:AS_LINES]],
        "rest_more": _(" and %(n)d more") % {"n": len(rest) - AS_LINES}
        if len(rest) > AS_LINES
        else "",
        "lists": [
            {"word": shift_words.section(section), "items": listed.get(section, [])}
            for section in ("tests", "silent", "late")
        ],
        "duty": [
            [each.role_name, each.person, each.phone, moment(each.until)] for each in on_duty(now)
        ],
        "said": _said(),
    }


def blank_form() -> dict[str, Any]:
    """Return the form that is filled in by hand while the screen cannot be trusted."""
    return {
        "word": _("What happens now: write by hand"),
        "lead": _("One line for each call, alarm and act. It is entered afterwards."),
        "heads": [_("Time"), _("Object"), _("What was done"), _("Signed by")],
        "n": BLANK_LINES,
    }


def callee_row(each: Callee, has_hours: bool | None = None) -> list[str]:
    """Return one person of a call list as a row: order, name, role, numbers, remark.

    ``has_hours`` for a paper that is read at another hour than it is printed: whether the person
    has said when to be reached; None: say whether this is such an hour.
    """
    remarks = []
    if each.may_cancel:
        remarks.append(_("may call off"))
    if has_hours:
        remarks.append(_("only at certain hours"))
    elif has_hours is None and not each.is_within_hours:
        remarks.append(_("not at this hour"))
    phones = ", ".join(each.phones)
    return [str(each.order), each.name, each.role, phones, ", ".join(remarks)]


def _said() -> dict[str, Any]:
    return {
        "open": _("Open incidents"),
        "waiting": _("Waiting and parked"),
        "none": _("None here."),
        "rest": _("The other open incidents"),
        "rest_heads": [_("Number"), _("Priority"), _("Incident"), _("Place"), _("Owner")],
        "duty": _("On call"),
        "nobody": _("Nobody is on call."),
        "duty_heads": [_("Duty"), _("Person"), _("Telephone"), _("Until")],
        "done": _("Done"),
        "next": _("Next to do"),
        "ring": _("Ring"),
        "rung": _("Rung"),
        "note": _("Latest note"),
        "waits": _("Waits for"),
        "site_phone": _("Telephone there"),
        "call_heads": ["", _("Name"), _("Role"), _("Telephone"), ""],
    }


def _incident(each: Incident, work: WorkNow, people: Sequence[Callee]) -> dict[str, Any]:
    site = each.site
    title = each.title_en if formats.language() == "en" else each.title_sv
    place = each.place or (each.account and _("account %(account)s") % {"account": each.account})
    address = site.address if site else ""
    owner = each.taken_by.call_name if each.taken_by else _("not taken")
    state = _("%(state)s · %(owner)s · opened %(time)s") % {
        "state": State(each.state).label,
        "owner": owner,
        "time": moment(each.opened_at),
    }
    waits = ""
    if each.wakes_at is not None:
        waits = _("%(what)s, wakes %(time)s") % {
            "what": each.waiting_for,
            "time": moment(each.wakes_at),
        }
    note = work.note
    steps = list(work.steps)
    return {
        "number": each.number,
        "priority": each.priority,
        "title": title,
        "place": " · ".join(part for part in (place, address) if part),
        "state": state,
        "waits": waits,
        "done": [_done(s, s.at) for s in steps if s.at is not None][-STEPS_SHOWN:],
        "next": [s.text for s in steps if s.state in ("current", "ahead")][:STEPS_SHOWN],
        "note": f"{formats.clock(note.at)[:5]} {note.by_call_name}: {note.text}" if note else "",
        "rung": [
            f"{formats.clock(t.at)[:5]} {t.name}: {t.outcome_label}"
            for t in work.tried[-TRIED_SHOWN:]
        ],
        "people": [callee_row(person) for person in people],
        "site_phone": site.phone if site else "",
    }


def _line(each: Incident) -> list[str]:
    title = each.title_en if formats.language() == "en" else each.title_sv
    owner = each.taken_by.call_name if each.taken_by else _("not taken")
    return [each.number, formats.level(each.priority), title, each.place or each.account, owner]


def _done(step: StepNow, at: datetime) -> str:
    said = f" ({step.said})" if step.said else ""
    return f"{formats.clock(at)[:5]} {step.text}{said}"
