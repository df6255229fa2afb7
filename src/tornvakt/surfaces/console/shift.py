"""``/larm/pass/``: who is on shift, the shift log, and the way to hand over."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.domains.incidents import shift_words
from tornvakt.domains.incidents.refusals import SentBefore
from tornvakt.domains.incidents.selectors import shifts as shifts_known
from tornvakt.domains.incidents.services import shifts
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk
from tornvakt.surfaces.console.shift_cell import cell

SHOWN_HOURS = 24
"""The log of so many hours is shown, or of the whole shift when that is longer."""
HAND_OVERS_SHOWN = timedelta(days=7)


@require_GET
@requires("incidents.view_shift")
def page(request: HttpRequest) -> HttpResponse:
    """The page."""
    return desk.centre(request, "console/shift.html", _context(request, timezone.now()))


@require_GET
@requires("incidents.view_shift", polled=True)
def on_now(request: HttpRequest) -> HttpResponse:
    """``/larm/pass/nu/``: the cell of the bar alone, for the script to renew."""
    shown = cell(desk.user_of(request), timezone.now())
    return render(request, "console/shift_cell.html", {"shift_cell": shown})


@require_POST
@requires("incidents.keep_shift")
def begin(request: HttpRequest) -> HttpResponseBase:
    """``/larm/pass/borja/``: from now on one is on shift. Pressed twice it is begun once."""
    try:
        begun = shifts.begin(by=desk.user_of(request), now=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    if not desk.is_from_script(request):
        return redirect("shift")
    return JsonResponse({"ok": True, "shift": begun.pk, "to": reverse("shift")})


@require_POST
@requires("incidents.keep_shift")
def end(request: HttpRequest) -> HttpResponseBase:
    """``/larm/pass/avsluta/``: while others are on and nothing of one's own is left."""
    try:
        shifts.end(by=desk.user_of(request), now=timezone.now())
    except Refusal as refusal:
        return refused(request, refusal)
    return done(request, _("Your shift has ended."), reverse("shift"))


@require_POST
@requires("incidents.keep_shift")
def note(request: HttpRequest) -> HttpResponseBase:
    """``/larm/pass/logg/``: one more line in the shift log; a correction is a line too."""
    corrects = request.POST.get("corrects", "")
    try:
        shifts.note(
            by=desk.user_of(request),
            text=request.POST.get("text", ""),
            corrects=int(corrects) if corrects.isdecimal() and len(corrects) < 19 else None,
            once=request.POST.get("once", ""),
            now=timezone.now(),
        )
    except SentBefore:
        pass
    except Refusal as refusal:
        return refused(request, refusal)
    return done(request, _("Written in the shift log."), reverse("shift"))


def done(request: HttpRequest, said: str, to: str) -> HttpResponseBase:
    """Say what was done and show where it leads."""
    if desk.is_from_script(request):
        return JsonResponse({"ok": True, "said": said, "to": to})
    return redirect(to)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponseBase:
    """Say why it was not done: to a script in JSON, else on top of the page."""
    if desk.is_from_script(request):
        return JsonResponse({"ok": False, "message": str(refusal)}, status=409)
    context = _context(request, timezone.now()) | {
        "refusal": refusal,
        "text": request.POST.get("text", ""),
    }
    return desk.centre(request, "console/shift.html", context, status=409)


def _context(request: HttpRequest, now: datetime) -> dict[str, Any]:
    viewer = desk.user_of(request)
    mine = shifts.open_shift(viewer)
    since = now - timedelta(hours=SHOWN_HOURS)
    if mine is not None:
        since = min(since, mine.began_at)
    on = shifts_known.on_now(viewer, now)
    handed = shifts_known.hand_overs(viewer, now - HAND_OVERS_SHOWN)
    return {
        "heading": _("Shift: %(name)s") % {"name": shift_words.part_of_day(now)},
        "mine": mine,
        "on": [{"row": each, "role": shift_words.role_name(each.role)} for each in on],
        "others": [each for each in on if each.user_id != viewer.pk],
        "going_on": [each for each in handed if each.over_at is None],
        "handed": [each for each in handed if each.over_at is not None],
        "may_lead": decide(viewer, "incidents.lead_shift"),
        "log": shifts_known.shift_log(viewer, since),
        "me_id": viewer.pk,
        "asks_pin": bool(viewer.pin),
        "me_on": _is_on(viewer, on),
    }


def _is_on(viewer: User, on: list[shifts_known.OnShift]) -> bool:
    return any(each.user_id == viewer.pk for each in on)
