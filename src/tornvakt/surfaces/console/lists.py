"""The lists behind the slim lines, in the middle of the desk: waiting, in test, skipped, closed."""

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tornvakt.base.access.doors import requires
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.selectors import closed_since, skipped_steps
from tornvakt.domains.incidents.selectors import left_out as unshown
from tornvakt.domains.incidents.selectors import members as member_rows
from tornvakt.domains.sites.models import TestMode
from tornvakt.surfaces.console import desk, rows, slims, work

SHOWN = 200


@require_GET
@requires("incidents.view")
def waiting(request: HttpRequest) -> HttpResponse:
    """``/larm/vantar/``: what waits for another party, and when it wakes."""
    found = slims.waiting_incidents(desk.user_of(request)).select_related("taken_by")
    english = formats.language() == "en"
    return _page(
        request,
        _("Waiting"),
        _("They wake by themselves at the time shown."),
        _("Nothing waits for another party."),
        [
            {
                "title": f"{each.number} · {each.title_en if english else each.title_sv}",
                "line": each.waiting_for,
                "small": each.taken_by.call_name if each.taken_by else "",
                "at": each.wakes_at,
                "url": rows.url_of(each.number),
                "is_incident": True,
            }
            for each in found.order_by(F("wakes_at").asc())[:SHOWN]
        ],
    )


@require_GET
@requires("incidents.view")
def left_out(request: HttpRequest) -> HttpResponse:
    """``/larm/utanfor/``: open incidents that a flood leaves no room for in the queue."""
    found = unshown(desk.user_of(request))
    return _page(
        request,
        _("Not shown in the queue"),
        _("So many are open that each account has its share of the queue. These are open too."),
        _("Every open incident stands in the queue."),
        [
            {
                "title": f"{each.number} · {each.title(formats.language())}",
                "line": rows.place_of(each),
                "small": each.owner_call_name,
                "at": each.opened_at,
                "url": rows.url_of(each.number),
                "is_incident": True,
            }
            for each in found[:SHOWN]
        ],
    )


@require_GET
@requires("incidents.view")
def closed(request: HttpRequest) -> HttpResponse:
    """``/larm/avslutade/``: what has ended today, and how; the way back to it."""
    since = formats.midnight(timezone.now())
    return _page(
        request,
        _("Closed today"),
        _("The newest first. What goes on gets a number of its own."),
        _("Nothing has been closed since midnight."),
        [
            {
                "title": f"{each.number} · {each.title(formats.language())}",
                "line": rows.place_of(each),
                "small": f"{rows.ending_of(each)} · {each.closed_by_call_name}",
                "at": each.closed_at,
                "url": rows.url_of(each.number),
                "is_incident": True,
            }
            for each in closed_since(desk.user_of(request), since, limit=SHOWN)
        ],
    )


@require_GET
@requires("incidents.view")
def tests(request: HttpRequest) -> HttpResponse:
    """``/larm/provlagen/``: objects in test, until when, and who began it."""
    found = slims.tests_in_force(timezone.now()).select_related("site", "started_by")
    return _page(
        request,
        _("Objects in test"),
        _("Their signals are stored and shown as tests. The test ends by itself."),
        _("No object is in test."),
        [
            {
                "title": each.site.name,
                "line": what_is_tested(each),
                "small": " · ".join(
                    part
                    for part in (each.reason, each.started_by and each.started_by.call_name)
                    if part
                ),
                "at": each.ends_at,
                "url": "",
            }
            for each in found.order_by("ends_at", "id")[:SHOWN]
        ],
    )


@require_GET
@requires("incidents.view_skipped")
def skipped(request: HttpRequest) -> HttpResponse:
    """``/larm/overhoppade/``: steps somebody skipped and why; for the shift leader."""
    return _page(
        request,
        _("Skipped steps"),
        _("The newest first. Say when you have read one, and it leaves the list."),
        _("No step has been skipped since you last looked."),
        [
            {
                "title": f"{each.number} · {each.title(formats.language())}",
                "line": each.text,
                "small": _("%(who)s: %(reason)s")
                % {"who": each.by_call_name, "reason": each.reason},
                "at": each.at,
                "url": rows.url_of(each.number),
                "is_incident": True,
                "post": reverse("skip_seen", args=[each.id]),
                "button": _("Read"),
            }
            for each in skipped_steps(desk.user_of(request))
        ],
    )


@require_POST
@requires("incidents.view_skipped")
def skip_seen(request: HttpRequest, mark: int) -> HttpResponseBase:
    """``/larm/overhoppade/<id>/last/``: the shift leader has read why."""
    if not slims.is_skip(mark):
        raise Http404(str(mark))
    services.see_skipped(mark_ids=[mark], by=desk.user_of(request), now=timezone.now())
    if desk.is_from_script(request):
        return JsonResponse({"ok": True, "said": _("Marked as read."), "to": reverse("skipped")})
    return redirect("skipped")


@require_GET
@requires("incidents.view")
def members(request: HttpRequest, number: str) -> HttpResponse:
    """``/larm/handelser/<nr>/larmsandare/``: everybody a power cut or a dead network took."""
    found = member_rows(desk.user_of(request), number)
    if found is None:
        raise Http404(number)
    lost = sum(not each.is_back for each in found)
    return _page(
        request,
        _("Transmitters of %(number)s") % {"number": number},
        _("%(lost)d of %(all)d are still lost, and stand first.")
        % {"lost": lost, "all": len(found)},
        _("It is about no transmitter."),
        [
            {
                "title": each.place or each.account,
                "line": " · ".join(part for part in (each.district, each.account) if part),
                "small": _("back") if each.is_back else _("lost"),
                "at": each.back_at or each.since,
                "url": "",
            }
            for each in found
        ],
    )


def what_is_tested(test: TestMode) -> str:
    """Which part of the object, in the active language."""
    text = work.scope_name(test.scope, test.account, test.scope_id)
    return f"{text} · {_('fire, gas, hold-up and medical too')}" if test.covers_life else text


def _page(
    request: HttpRequest, heading: str, lead: str, nothing: str, listed: list[dict[str, Any]]
) -> HttpResponse:
    context = {"heading": heading, "lead": lead, "nothing": nothing, "listed": listed}
    return desk.centre(request, "console/lists.html", context)
