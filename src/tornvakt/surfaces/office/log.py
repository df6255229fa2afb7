"""``/logg/``: who did what and who read what, for those who review it. Never any content."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access import links
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.audit.selectors import EntryView, entries
from tornvakt.surfaces.office import days, log_lines
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name

PER_PAGE = 100


@require_safe
@requires("access.log_view", stepped_up=True, purpose="loggkontroll")
def log(request: HttpRequest) -> HttpResponse:
    """The newest entries, cut down by room, person, day and kind."""
    viewer = person(request)
    rooms = log_lines.rooms_of(viewer)
    asked = {
        name: request.GET.get(name, "").strip() for name in ("rum", "vem", "dag", "slag", "vad")
    }
    missing: dict[str, str] = {}
    day = days.span_of(asked["dag"])
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
            since=day[0] if day else None,
            until=day[1] if day else None,
            before_id=log_lines.number(request.GET.get("fore", "")),
            limit=PER_PAGE + 1,
        )
    context = {
        "asked": asked,
        "missing": missing,
        "rooms": [(room, room_name(room)) for room in sorted(rooms)],
        "rows": log_lines.rows(shown[:PER_PAGE]),
        "links_told": links.told(timezone.now()),
        "older": shown[PER_PAGE - 1].id if len(shown) > PER_PAGE else None,
    }
    return render(request, "office/log.html", context, status=422 if missing else 200)


def _kind(text: str) -> Any:
    return {"last": "read", "gjort": "wrote"}.get(text)
