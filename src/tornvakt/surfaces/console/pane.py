"""One incident as the desk shows it: header, clocks, alarms, place, timeline."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from tornvakt.base.ui import formats
from tornvakt.domains.incidents.models import EntryKind
from tornvakt.domains.incidents.pictures import AlarmView, IncidentView, TimelineEntry
from tornvakt.domains.incidents.states import Origin
from tornvakt.pure.grouping import MASS_LOSS
from tornvakt.pure.triage import OWN_ACCOUNT
from tornvakt.surfaces.console import premises, raw, rows, work

FEW = 5
"""So many transmitters are named in the pane; of more there is a list."""
_KEY = {
    EntryKind.OPENED,
    EntryKind.TAKEN,
    EntryKind.TAKEN_OVER,
    EntryKind.RAISED,
    EntryKind.ESCALATED,
    EntryKind.HANDED_OVER,
    EntryKind.DISPATCHED,
    EntryKind.ON_SCENE,
    EntryKind.MERGED,
    EntryKind.CANCELLED,
    EntryKind.CLOSED,
}
_BY_MACHINE = {EntryKind.ALARM, EntryKind.REPEATED, EntryKind.RESTORED, EntryKind.RULE}


def screen(view: IncidentView, now: datetime) -> dict[str, Any]:
    """Everything the templates of the pane need, in the active language."""
    return _header(view, now) | {
        "alarms": [_alarm(alarm) for alarm in view.alarms],
        "members_url": _members_url(view),
        "facts": _facts(view),
        **work.screen(view, now),
        "timeline": _timeline(view.entries),
        "no_signal": _no_signal(view),
        **raw.screen(view),
    }


def bare(view: IncidentView, now: datetime) -> dict[str, Any]:
    """The same of an incident that `screen` or its templates stumble over: only what is our own.

    It can still be taken, noted and closed, and the raw signals stand beside it.
    """
    sentence = _("This incident cannot be shown in full. Read the raw signal.")
    told = {"at": view.row.opened_at, "day": "", "css": "key", "strong": sentence}
    return _header(view, now) | {
        "alarms": [],
        "facts": [],
        **work.bare(view),
        "timeline": [told | {"text": "", "small": ""}],
        "no_signal": "",
        **raw.bare(view),
    }


def _site_url(view: IncidentView) -> str:
    """Return where the object's page is; empty for one that has none. An alarm is shown anyway."""
    with suppress(NoReverseMatch):
        return reverse("site", args=[view.site_number]) if view.site_number else ""
    return ""


def _header(view: IncidentView, now: datetime) -> dict[str, Any]:
    row = view.row
    first = row.first_taken_at or row.taken_at
    taken = (first - row.opened_at).total_seconds() if first else None
    late = taken is not None and taken > row.target_s
    return {
        "id": row.id,
        "number": row.number,
        "url": rows.url_of(row.number),
        "priority": row.priority,
        "title": row.title(formats.language()),
        "place": _place(view),
        "place_words": row.place,
        "may_place": row.origin == Origin.CALL,
        "levels": [{"n": str(each), "word": formats.level(each)} for each in (1, 2, 3)],
        "place_name": view.row.place if view.site_number else "",
        "site_url": _site_url(view),
        "is_fictional": row.is_fictional,
        "owner_id": row.owner_id if row.closed_at is None else None,
        "owner": row.owner_call_name,
        "is_call": row.origin == Origin.CALL,
        "taken_at": row.taken_at,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
        "closed_by": view.closed_by_call_name,
        "target_s": row.target_s,
        "take_s": taken,
        "take_kind": f"p{row.priority}" if late else "",
        "open_s": ((row.closed_at or now) - row.opened_at).total_seconds(),
        "signal_count": row.signal_count,
        "last_signal_at": row.last_signal_at,
        "results": view.results,
        "causes": view.causes,
        "result": next((c.label for c in view.results if c.code == view.result), ""),
        "cause": next((c.label for c in view.causes if c.code == view.cause), ""),
        "summary": view.summary,
        "may_take": view.may_take,
        "may_note": view.may_note,
        "may_close": view.may_close,
        "may_give_back": view.may_give_back,
    }


def _no_signal(view: IncidentView) -> str:
    """Why an incident has no raw signal, in words; only of what is certain."""
    notices = {alarm.notice for alarm in view.alarms}
    if view.calls and not view.alarms:
        return _("Somebody rang: there is no signal from a transmitter.")
    if notices and all(notices) and all(alarm.account == OWN_ACCOUNT for alarm in view.alarms):
        return _("No signal from a transmitter: the receiver itself raised this.")
    return _("There is no raw signal of its own behind this incident. The timeline says why.")


def _place(view: IncidentView) -> str:
    if not view.row.place:
        return rows.place_of(view.row)
    district = "" if view.row.district in view.row.place else view.row.district
    parts = [view.row.place, view.address, district]
    return " · ".join(part for part in parts if part)


def _members_url(view: IncidentView) -> str:
    """Return where everybody is listed that an incident of many is about; empty for a few."""
    is_of_many = view.row.alarm_count > FEW or any(a.notice == MASS_LOSS for a in view.alarms)
    return reverse("members", args=[view.row.number]) if is_of_many else ""


def _alarm(alarm: AlarmView) -> dict[str, Any]:
    is_ours = alarm.account in ("", OWN_ACCOUNT)
    source = "" if is_ours else _("account %(account)s") % {"account": alarm.account}
    code = _("code %(code)s") % {"code": alarm.code} if alarm.code else ""
    zone = _("zone %(zone)s") % {"zone": alarm.zone} if alarm.zone else ""
    opened = formats.clock(alarm.opened_at)
    return {
        "priority": alarm.priority,
        "title": alarm.title(formats.language()),
        "detail": " · ".join(part for part in (opened, source, zone, code) if part),
        "is_restored": alarm.restored_at is not None,
        "restored_at": alarm.restored_at,
        "signal_count": alarm.signal_count,
    }


def _facts(view: IncidentView) -> list[dict[str, str]]:
    every = list(dict.fromkeys(alarm.account for alarm in view.alarms if alarm.account))
    accounts = ", ".join(every[:FEW]) + (" …" if len(every) > FEW else "")
    point = ""
    if view.latitude is not None and view.longitude is not None:
        point = f"{view.latitude:.5f}, {view.longitude:.5f} (WGS 84)"
        if formats.language() == "sv":
            point = f"{view.latitude:.5f} N, {view.longitude:.5f} O (WGS 84)".replace(".", ",", 2)
    is_loose = not view.site_number and view.row.origin == Origin.CALL
    none = _("none of the register, so it has no call list, keys or warnings")
    facts = [
        (_("Place") if is_loose else _("Object"), view.row.place),
        (_("Object"), none if is_loose else ""),
        (_("Kind"), premises.kind_name(view.site_kind)),
        (_("Address"), view.address),
        (_("District"), view.row.district),
        (_("How to get in"), view.access_text),
        (_("Telephone there"), view.site_phone),
        (_("Account"), accounts),
        (_("Object number"), view.site_number),
        (_("Position"), point),
    ]
    site_url = _site_url(view)
    return [
        {"name": name, "value": value, "url": site_url if value == view.row.place else ""}
        for name, value in facts
        if value
    ]


def _timeline(entries: Sequence[TimelineEntry]) -> list[dict[str, Any]]:
    lines = []
    last_day = formats.date(entries[0].at) if entries else ""
    for entry in entries:
        day = formats.date(entry.at)
        is_key = entry.kind in _KEY
        words = entry.sentence(formats.language())
        lines.append(
            {
                "at": entry.at,
                "day": formats.day(entry.at) if day != last_day else "",
                "css": "key" if is_key else "sys" if entry.kind in _BY_MACHINE else "",
                "strong": words if is_key else "",
                "text": "" if is_key else words,
                "small": _small(entry, words),
            }
        )
        last_day = day
    return lines


def _small(entry: TimelineEntry, words: str) -> str:
    if entry.kind == EntryKind.NOTE:
        return entry.actor_call_name
    if entry.text and entry.text not in words:
        return entry.text
    return entry.rule_name(formats.language())
