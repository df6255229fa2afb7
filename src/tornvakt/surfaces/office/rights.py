"""``/konton/rattigheter/``: who has a right to a single thing beside the roles, why and until when.

They are given and ended here and on the page of the person.
"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tornvakt.base.access import grants
from tornvakt.base.access.actions import actions, room_of
from tornvakt.base.access.compartments import CASE_ROOMS
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Grant
from tornvakt.base.access.policy import decide
from tornvakt.surfaces.office import days, rights_lines
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.person import find_person, page_of

PER_PAGE = 50
FIELD_OF = {
    grants.GrantWithoutReason: "why",
    grants.GrantOnNothing: "thing",
    grants.GrantTooLong: "last_day",
    grants.GrantAlreadyHeld: "thing",
}
"""Beside which field each refusal stands; the rest beside the right itself."""


@require_safe
@requires("access.rights_view")
def rights(request: HttpRequest) -> HttpResponse:
    """Those in force and to come; with ``alla`` those that are over too."""
    viewer, now = person(request), timezone.now()
    is_all = bool(request.GET.get("alla"))
    found = Grant.objects.select_related("user", "given_by").order_by("-since", "-id")
    # Cut down before it is counted: pages of rows that are not shown would tell of them.
    found = found.filter(action__in=_seen_by_all())
    if not is_all:
        found = found.filter(Q(until=None) | Q(until__gt=now))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    context = {
        "rows": rights_lines.lines(viewer, page, now),
        "page": page,
        "is_all": is_all,
    }
    return render(request, "office/rights.html", context)


@require_POST
@requires("access.give_right", stepped_up=True)
def give_right(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Give a right to one thing, up to and with a day."""
    values = {
        name: request.POST.get(name, "").strip() for name in ("right", "thing", "last_day", "why")
    }
    values["thing"] = values["thing"].upper()  # as every number of ours is written
    user, now = find_person(user_id), timezone.now()
    missing: dict[str, str] = {}
    kind = grants.by_hand().get(values["right"], "")
    if not kind:
        missing["right"] = _("Choose what the person may do.")
    if not values["thing"]:
        missing["thing"] = str(grants.GrantOnNothing())
    day = days.span_of(values["last_day"])
    if day is None:
        missing["last_day"] = _("Write the last day as 2026-12-31.")
    if not values["why"]:
        missing["why"] = str(grants.GrantWithoutReason())
    if not missing and day:
        try:
            grants.give(
                user=user,
                action=values["right"],
                on=(kind, values["thing"]),
                since=now,
                until=day[1],
                why=values["why"],
                by=person(request),
                now=now,
            )
        except grants.GrantRefused as refusal:
            missing[FIELD_OF.get(type(refusal), "right")] = str(refusal)
    if missing:
        return page_of(request, user_id, values=values, missing=missing)
    messages.success(request, _("Given. It counts from the next page the person opens."))
    return redirect("person", user_id)


@require_POST
@requires("access.give_right", stepped_up=True)
def end_right(request: HttpRequest, user_id: int, right_id: str) -> HttpResponseBase:
    """Take a right away, at once."""
    grant = Grant.objects.filter(public_id=right_id, user_id=user_id).first()
    if grant is None or not decide(person(request), "access.right_view", grant):
        raise Http404
    try:
        grants.end_by_hand(grant_id=grant.pk, by=person(request), now=timezone.now())
    except grants.GrantRefused as refusal:
        return page_of(request, user_id, refusal=str(refusal))
    messages.success(request, _("Ended. It counts no more."))
    return redirect("person", user_id)


def _seen_by_all() -> list[str]:
    """The actions whose rights this page shows; those of the case rooms stand on no list."""
    return [action for action in actions() if room_of(action) not in CASE_ROOMS]
