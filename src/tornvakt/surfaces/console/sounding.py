"""``/larm/ljud/``: that the sounds were heard, or silenced for a minute, is written in the log."""

import time

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Role
from tornvakt.base.access.policy import visible
from tornvakt.base.audit import log as audit
from tornvakt.base.emergency import tickets
from tornvakt.base.inbox.paths import DataDir
from tornvakt.domains.incidents.models import Incident
from tornvakt.domains.incidents.services import windows as desk_windows
from tornvakt.surfaces.console import desk, windows

SAID = {"heard": "desk.sound_heard", "not_heard": "desk.sound_not_heard"}
MOST = 100
DESK_ROLES = frozenset({Role.OPERATOR, Role.SHIFT_LEADER})


@require_POST
@requires("incidents.view", polled=True)
def sound(request: HttpRequest) -> JsonResponse:
    """Log what a desk says of its sounds; a silence once for each incident it is about."""
    user, now = desk.user_of(request), timezone.now()
    what = request.POST.get("what", "")
    with transaction.atomic():
        if what in SAID:
            audit.wrote(SAID[what], by=user, at=now)
        elif what == "muted":
            named = request.POST.get("incidents", "").split(",")[:MOST]
            ids = [int(each) for each in named if each.isdecimal() and len(each) < 19]
            found = visible(user, "incidents.view", Incident.objects.filter(pk__in=ids))
            for number in found.values_list("number", flat=True):
                audit.wrote("desk.muted", by=user, on=("incident", number), at=now)
    answer = JsonResponse({"ok": True})
    if what == "heard":
        _begin(request, answer)
    return answer


def _begin(request: HttpRequest, answer: JsonResponse) -> None:
    """Give the desk its shift ticket (passbiljett), and count on its windows from now on."""
    user, at = desk.user_of(request), int(time.time())
    mark = windows.mark_of(request.session.session_key or "")
    desk_windows.expect_windows(session_mark=mark)
    ticket = tickets.Ticket(
        user=user.pk,
        name=user.call_name,
        desk=windows.clean_id(request.POST.get("bord", "")),
        role=min(user.roles & DESK_ROLES, default=""),
        session=mark,
        given_at=at,
        ends_at=at + tickets.HOLDS_S,
    )
    answer.set_cookie(
        tickets.COOKIE,
        tickets.write(DataDir(settings.DATA), ticket),
        max_age=tickets.HOLDS_S,
        path=tickets.COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
