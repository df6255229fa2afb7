"""What a shift leaves behind: the items of a hand-over, as they stand at an instant.

The content of an item is codes, names and instants, never ages and never words of a language: the
same thing is the same content for both who sign it, an hour later too.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from tornvakt.domains.alarms.models import Alarm, AlarmState
from tornvakt.domains.incidents.models import (
    DutyTurn,
    Incident,
    Shift,
    ShiftEntryKind,
    ShiftLogEntry,
)
from tornvakt.domains.incidents.selectors.duty import on_duty
from tornvakt.domains.incidents.selectors.overview import WorkNow, work_of
from tornvakt.domains.incidents.states import TAKE_WITHIN_S, State
from tornvakt.domains.sites.models import TestMode

SECTIONS = (
    "open",
    "waiting",
    "faults",
    "silent",
    "late",
    "tests",
    "duty",
    "log",
    "load",
    "remarks",
)
"""In the order they are gone through."""
TECHNICAL = frozenset({"technical", "power", "link", "test", "bypass"})
ONE_BY_ONE = 60
"""So many incidents of a section are signed one by one. In a flood the rest of what nobody has
taken is one item for each priority: nobody signs 500 lines, and nobody would have read them."""
NAMED = 20
SILENT = ("link.failed", "link.dark", "link.mass")
LATE = ("test.missing",)
LISTED = 100
NEXT_WITHIN = timedelta(days=2)
KEPT_FROM_LOG = 200
OF_PEOPLE = (
    ShiftEntryKind.NOTE,
    ShiftEntryKind.FLOOD_BEGAN,
    ShiftEntryKind.FLOOD_ENDED,
    ShiftEntryKind.SILENT_DESK,
    ShiftEntryKind.PAPER_FAILED,
    ShiftEntryKind.LEFT,
)
"""Lines of the shift log that are handed over; that a colleague began is seen anyway."""


@dataclass(frozen=True, slots=True)
class Draft:
    """One item: what it is about, where it stands, what it says."""

    key: str
    section: str
    content: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Return what a signature is on."""
        return digest_of(self.content)


def digest_of(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content, in one spelling whoever stored it."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def drafts(shift: Shift, remarks: str, now: datetime) -> list[Draft]:
    """Return what there is to hand over of a shift, in order. A constant number of queries."""
    found = list(
        Incident.objects.filter(closed_at=None)
        .select_related("taken_by", "site")
        .order_by("priority", "opened_at", "pk")
    )
    return [
        *_incidents("open", [each for each in found if _section(each) == "open"]),
        *_incidents("waiting", [each for each in found if _section(each) == "waiting"]),
        *_incidents("faults", [each for each in found if _section(each) == "faults"]),
        *standing("silent", SILENT),
        *standing("late", LATE),
        *tests(now),
        Draft("duty", "duty", {"rows": _duty(now)}),
        Draft("log", "log", {"rows": _log(shift, now)}),
        Draft("remarks", "remarks", {"text": remarks}),
    ]


def load_of(shift: Shift, now: datetime) -> Draft:
    """Return the figures of a shift until ``now``: what came, what was taken late, what ended.

    Made once, when the hand-over is begun: figures that run on cannot be signed.
    """
    came = list(
        Incident.objects.filter(opened_at__gte=shift.began_at, opened_at__lte=now).values_list(
            "priority", "opened_at", "first_taken_at", "escalated_at"
        )
    )
    counts = Counter(priority for priority, *_rest in came)
    waits = [
        (priority, ((taken or now) - opened).total_seconds())
        for priority, opened, taken, _e in came
    ]
    ended = Incident.objects.filter(closed_at__gte=shift.began_at, closed_at__lte=now).count()
    content = {
        "since": _iso(shift.began_at),
        "until": _iso(now),
        "opened": len(came),
        "by_priority": [counts[priority] for priority in (1, 2, 3)],
        "closed": ended,
        "late": sum(wait > TAKE_WITHIN_S[priority] for priority, wait in waits),
        "escalated": sum(escalated is not None for *_rest, escalated in came),
        "untaken": sum(taken is None for _p, _o, taken, _e in came),
    }
    return Draft("load", "load", content)


def _section(incident: Incident) -> str:
    if incident.state == State.WAITING:
        return "waiting"
    return "faults" if incident.kind in TECHNICAL and incident.priority > 1 else "open"


def _incidents(section: str, found: Sequence[Incident]) -> Iterator[Draft]:
    alone = [each for each in found if each.taken_by_id or each.priority == 1]
    rest = [each for each in found if not (each.taken_by_id or each.priority == 1)]
    room = max(0, ONE_BY_ONE - len(alone))
    if len(rest) > room:
        alone, together = sorted([*alone, *rest[:room]], key=_order), rest[room:]
    else:
        alone, together = list(found), []
    work = work_of(alone)
    for each in alone:
        yield Draft(f"incident:{each.number}", section, _incident(each, work[each.pk]))
    for priority in sorted({each.priority for each in together}):
        numbers = [each.number for each in together if each.priority == priority]
        content = {
            "priority": priority,
            "n": len(numbers),
            "numbers": numbers[:NAMED],
            "all": digest_of({"numbers": numbers}),
        }
        yield Draft(f"group:{section}:{priority}", section, content)


def _order(incident: Incident) -> tuple[int, datetime, int]:
    return incident.priority, incident.opened_at, incident.pk


def _incident(each: Incident, work: WorkNow) -> dict[str, Any]:
    note = work.note
    return {
        "number": each.number,
        "priority": each.priority,
        "title_sv": each.title_sv,
        "title_en": each.title_en,
        "place": each.place or each.account,
        "opened_at": _iso(each.opened_at),
        "state": each.state,
        "owner": each.taken_by.call_name if each.taken_by else "",
        "waiting_for": each.waiting_for,
        "wakes_at": _iso(each.wakes_at),
        "next_step": work.next_step,
        "left": work.left,
        "note": note.text if note else "",
        "note_by": note.by_call_name if note else "",
        "note_at": _iso(note.at if note else None),
        "is_restored": each.restored_at is not None,
    }


def standing(section: str, notices: Sequence[str]) -> Iterator[Draft]:
    """Transmitters something is wrong with just now, as one item; none when all is well."""
    rows = (
        Alarm.objects.filter(closed_at=None, state=AlarmState.OPEN, notice__in=notices)
        .select_related("site")
        .order_by("opened_at", "pk")
    )
    found = list(rows[: LISTED + 1])
    if not found:
        return
    content = {
        "n": rows.count() if len(found) > LISTED else len(found),
        "rows": [
            {
                "account": each.account,
                "place": each.site.name if each.site else "",
                "title_sv": each.title_sv,
                "title_en": each.title_en,
                "since": _iso(each.opened_at),
            }
            for each in found[:LISTED]
        ],
    }
    yield Draft(section, section, content)


def running_tests(now: datetime) -> QuerySet[TestMode]:
    """Return the test modes that hold at an instant, the one that ends first on top."""
    rows = TestMode.objects.filter(ended_at=None, starts_at__lte=now, ends_at__gt=now)
    return rows.select_related("site", "started_by").order_by("ends_at", "pk")


def tests(now: datetime) -> Iterator[Draft]:
    """Return the test modes that hold, an item each."""
    for each in running_tests(now):
        content = {
            "place": each.site.name,
            "scope": each.scope,
            "account": each.account,
            "scope_id": each.scope_id,
            "covers_life": each.covers_life,
            "reason": each.reason,
            "ends_at": _iso(each.ends_at),
            "by": each.started_by.call_name if each.started_by else "",
        }
        yield Draft(f"test:{each.pk}", "tests", content)


def _duty(now: datetime) -> list[dict[str, Any]]:
    """Who is on call now, and who comes after within two days."""
    soon = DutyTurn.objects.filter(starts_at__gt=now, starts_at__lte=now + NEXT_WITHIN)
    after: dict[str, DutyTurn] = {}
    for turn in soon.select_related("role").order_by("-starts_at", "-pk"):
        after[turn.role.code] = turn
    having = on_duty(now)
    rows = [
        {
            "role": each.role_name,
            "person": each.person,
            "phone": each.phone,
            "until": _iso(each.until),
            "next": after[each.role].person if each.role in after else "",
            "next_at": _iso(after[each.role].starts_at if each.role in after else None),
        }
        for each in having
    ]
    had = {each.role for each in having}
    missing = [turn for code, turn in sorted(after.items()) if code not in had]
    return rows + [
        {
            "role": turn.role.name,
            "person": "",
            "phone": "",
            "until": "",
            "next": turn.person,
            "next_at": _iso(turn.starts_at),
        }
        for turn in missing
    ]


def _log(shift: Shift, now: datetime) -> list[dict[str, Any]]:
    rows = ShiftLogEntry.objects.filter(at__gte=shift.began_at, at__lte=now, kind__in=OF_PEOPLE)
    newest = rows.select_related("actor").order_by("-at", "-pk")[:KEPT_FROM_LOG]
    return [
        {
            "at": _iso(each.at),
            "kind": each.kind,
            "by": each.actor.call_name if each.actor else "",
            "text": each.text,
            "params": each.params,
        }
        for each in reversed(newest)
    ]


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
