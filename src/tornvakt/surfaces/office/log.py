"""``/logg/``: who did what and who read what, for those who review it. Never any content."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access import links
from tornvakt.base.access.compartments import Compartment, level
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Role, User
from tornvakt.base.audit.selectors import EntryView, entries
from tornvakt.base.ui import formats
from tornvakt.surfaces.office import action_words
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name

PER_PAGE = 100
ALWAYS = frozenset({Compartment.SYS, Compartment.LOGG})
"""Changes of accounts and looks into the log itself are reviewed by everybody who reviews."""


@require_safe
@requires("access.log_view")
def log(request: HttpRequest) -> HttpResponse:
    """The newest entries, cut down by room, person, day and kind."""
    viewer = person(request)
    rooms = _rooms(viewer)
    asked = {
        name: request.GET.get(name, "").strip() for name in ("rum", "vem", "dag", "slag", "vad")
    }
    missing: dict[str, str] = {}
    day = _day(asked["dag"])
    if asked["dag"] and day is None:
        missing["dag"] = _("Write the day as 2026-12-31.")
    who = User.objects.filter(username__iexact=asked["vem"]).first() if asked["vem"] else None
    if asked["vem"] and who is None:
        missing["vem"] = _("There is no account with that user name.")
    shown: list[EntryView] = []
    if not missing:
        shown = entries(
            rooms=[asked["rum"]] if asked["rum"] in rooms else sorted(rooms),
            kind=_kind(asked["slag"]),
            actor=who.pk if who else None,
            action=asked["vad"],
            since=day,
            until=day + timedelta(days=1) if day else None,
            before_id=_number(request.GET.get("fore", "")),
            limit=PER_PAGE + 1,
        )
    context = {
        "asked": asked,
        "missing": missing,
        "rooms": [(room, room_name(room)) for room in sorted(rooms)],
        "rows": _rows(shown[:PER_PAGE]),
        "links_told": links.told(timezone.now()),
        "older": shown[PER_PAGE - 1].id if len(shown) > PER_PAGE else None,
    }
    return render(request, "office/log.html", context, status=422 if missing else 200)


def _rooms(viewer: User) -> frozenset[str]:
    """The rooms whose log the viewer's roles review."""
    mine = {room for room in Compartment for role in viewer.roles if level(role, room) == "log"}
    return frozenset(room.value for room in mine | ALWAYS)


def _rows(shown: list[EntryView]) -> list[dict[str, Any]]:
    labels = {role.value: role.label for role in Role}
    named = User.objects.filter(pk__in=_persons(shown)).prefetch_related("holdings")
    people = {
        each.pk: (
            each.call_name,
            ", ".join(sorted(str(labels.get(role, role)) for role in each.roles)),
        )
        for each in named.order_by("pk")
    }
    return [
        {
            "entry": each,
            "who": _who(each, people),
            "roles": ", ".join(str(labels.get(role, role)) for role in each.roles),
            "room": room_name(each.room) if each.room in set(Compartment) else each.room,
            "said": action_words.said(each.kind, each.action),
            "on": _on(each.on, people),
            "outcome": action_words.outcome(each.result),
            "params": "" if each.params == "{}" else each.params,
        }
        for each in shown
    ]


def _persons(shown: list[EntryView]) -> set[int]:
    """Everybody a line names: who did it, and to whom."""
    found = {each.actor for each in shown if each.actor is not None}
    for each in shown:
        kind, code = each.on
        if kind == "user" and (number := _number(code)) is not None:
            found.add(number)
    return found


def _who(entry: EntryView, people: dict[int, tuple[str, str]]) -> str:
    if entry.actor is None:
        return action_words.house_name()
    return people[entry.actor][0] if entry.actor in people else f"{_('account')} {entry.actor}"


def _on(on: tuple[str, str], people: dict[int, tuple[str, str]]) -> str:
    """What a line is about, in words: a person by call name and role, never by a number alone."""
    kind, code = on
    if kind != "user":
        return action_words.thing(kind, code)
    found = people.get(_number(code) or 0)
    if found is None:
        return f"{_('account')} {code}" if code else ""
    return ", ".join(part for part in found if part)


def _kind(text: str) -> Any:
    return {"last": "read", "gjort": "wrote"}.get(text)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _day(text: str) -> datetime | None:
    """The instant a day begins in Sweden, as UTC; None for what is no day."""
    try:
        found = parse_date(text)
    except ValueError:
        return None
    if found is None:
        return None
    try:
        begins = datetime.combine(found, time(), tzinfo=formats.STOCKHOLM).astimezone(UTC)
        begins + timedelta(days=1)  # the end of what is asked for is a time too
    except OverflowError:  # the first day there is, or the last
        return None
    return begins
