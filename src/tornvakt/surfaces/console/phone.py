"""``/larm/samtal/``: somebody rings the centre. One screen, by keys alone, from hello to saved.

The caller is sent to 112, to 114 14, to ourselves or to the fault report; what is ours, and what
went to 112, becomes an incident. Nothing of the caller is asked for that is not needed.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import visible
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import services
from tornvakt.domains.incidents.outcomes import CallKind, Route
from tornvakt.domains.sites.models import Site
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.console import desk, rows

FIELDS = ("kind", "place", "route", "text", "phone")
SUGGESTED = 12
OFFERED = 6
"""So many objects are named when somebody saved a place without choosing one."""
LONGEST_CALL = timedelta(hours=2)
"""A form that was opened longer ago was not opened for this call: the clock starts now."""
_NUMBER = re.compile(r"\((OBJ-\d+)\)\s*$")


@require_http_methods(["GET", "POST"])
@requires("incidents.answer")
def call(request: HttpRequest) -> HttpResponseBase:
    """The form, and what it saves."""
    now = timezone.now()
    if request.method == "GET":
        return desk.centre(request, "console/phone.html", _context({}, {}, now))
    values = {name: request.POST.get(name, "") for name in (*FIELDS, "asked", "site")}
    begun = _begun(request.POST.get("begun", ""), now)
    missing = _missing(values)
    site = _site_of(request, values)
    offered: list[Site] = []
    if not missing and site is None and values["route"] in (Route.TLC, Route.EMERGENCY):
        offered = _unchosen(request, values)
        if offered:
            missing["site"] = _which(len(offered))
    if not missing:
        try:
            taken_in = services.register_call(
                by=desk.user_of(request),
                kind=values["kind"],
                route=values["route"],
                place=site.name if site else values["place"],
                site_id=site.pk if site else None,
                phone=values["phone"],
                text=values["text"],
                answered_at=begun,
                once=request.POST.get("once", ""),
                now=now,
            )
        except services.SentBefore as again:
            return _saved(request, again.number, values["route"])
        except Refusal as refusal:
            field = getattr(refusal, "field", "")
            missing = {field if field in FIELDS else "text": str(refusal)}
        else:
            incident = taken_in.incident
            return _saved(request, incident.number if incident else "", values["route"])
    context = _context(values, missing, begun) | {"offered": offered[:OFFERED]}
    if desk.is_from_script(request):
        html = get_template("console/call_form.html").render(context, request)
        return JsonResponse({"errors": missing, "html": html.strip()}, status=422)
    return desk.centre(request, "console/phone.html", context, status=422)


@require_GET
@requires("incidents.answer")
def places(request: HttpRequest) -> JsonResponse:
    """``/larm/samtal/platser/?q=``: objects whose name or address holds what is typed."""
    found = [
        {"value": f"{site.name} ({site.number})", "label": site.address}
        for site in _matching(request, request.GET.get("q", ""))[:SUGGESTED]
    ]
    return JsonResponse({"places": found})


def _sites(request: HttpRequest) -> QuerySet[Site]:
    return visible(desk.user_of(request), "sites.view", Site.objects.filter(is_active=True))


def _matching(request: HttpRequest, text: str) -> QuerySet[Site]:
    """Objects whose name or address holds the text; none for a single letter."""
    asked = text.strip()
    sites = _sites(request)
    if len(asked) < 2:
        return sites.none()
    named = sites.filter(name__icontains=asked) | sites.filter(address__icontains=asked)
    return named.order_by("name", "number")


def _unchosen(request: HttpRequest, values: dict[str, str]) -> list[Site]:
    """The objects a place in words may mean: asked once, for an object brings its card and people.

    Saved again with the same words, it is none of them.
    """
    place = values["place"]
    return [] if values["asked"] == place else list(_matching(request, place)[: OFFERED + 1])


def _which(count: int) -> str:
    if count > OFFERED:
        return _(
            "More than %(n)d objects match; these are the first. Choose the right one, write more "
            "of its name, or save again if it is none of them."
        ) % {"n": OFFERED}
    return ngettext(
        "One object matches. Choose it, or save again if it is another place.",
        "%(n)d objects match. Choose the right one, or save again if it is none of them.",
        count,
    ) % {"n": count}


def _missing(values: dict[str, str]) -> dict[str, str]:
    """What the form lacks, by field, each as a sentence that says what to do."""
    missing = {}
    if values["kind"] not in CallKind.values:
        missing["kind"] = _("Choose what it is about")
    if values["route"] not in Route.values:
        missing["route"] = _("Choose where the caller goes")
    if not values["place"].strip() and values["route"] not in (Route.POLICE,):
        missing["place"] = _("Write where it is")
    return missing


def _site_of(request: HttpRequest, values: dict[str, str]) -> Site | None:
    """The object the caller means: the one chosen, or the only one of that name."""
    sites, place = _sites(request), values["place"]
    if values["site"] and values["asked"] == place:
        return sites.filter(number=values["site"]).first()
    if chosen := _NUMBER.search(place):
        return sites.filter(number=chosen[1]).first()
    named = list(sites.filter(name__iexact=place.strip())[:2])
    return named[0] if len(named) == 1 else None


def _begun(text: str, now: datetime) -> datetime:
    """When the telephone was answered: the clocks of the incident start there, not at "save"."""
    try:
        begun = datetime.fromtimestamp(int(text) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return now
    return begun if timedelta() <= now - begun <= LONGEST_CALL else now


def _saved(request: HttpRequest, number: str, route: str) -> HttpResponseBase:
    if number:
        said, to = _("The call is saved as %(number)s.") % {"number": number}, rows.url_of(number)
    elif route == Route.POLICE:
        said, to = _("The call is saved. The caller was sent to 114 14."), ""
    else:
        said, to = _("The call is saved as a fault report."), ""
    if desk.is_from_script(request):
        return JsonResponse({"ok": True, "said": said, "to": to or reverse("desk")})
    return redirect(to or "desk")


def _context(values: dict[str, str], missing: dict[str, str], begun: datetime) -> dict[str, Any]:
    help_of = {
        Route.EMERGENCY: _("Ask them to ring 112, or connect them. Stay on the line."),
        Route.POLICE: _("A crime that is over and nobody is in danger."),
        Route.TLC: _("It becomes an incident in the queue."),
        Route.FAULT: _("Broken, littered or scrawled on, and nobody is in danger."),
    }
    return {
        "values": values,
        "missing": missing,
        "errors": [
            {"anchor": f"call-{name}", "text": missing[name]}
            for name in (*FIELDS, "site")
            if name in missing
        ],
        "kinds": [{"code": code, "label": label} for code, label in CallKind.choices],
        "routes": [
            {"code": code, "label": label, "help": help_of[Route(code)]}
            for code, label in Route.choices
        ],
        "begun": formats.epoch_ms(begun),
        "begun_at": begun,
    }
