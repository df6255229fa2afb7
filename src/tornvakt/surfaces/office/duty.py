"""``/jour/``: who is on call now, who comes after, and when nobody is TiB.

Times are typed and shown by the clock on the wall in Sweden and kept in UTC.
"""

import re
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.domains.incidents import selectors, services
from tornvakt.domains.incidents.models import TIB, DutyRole, DutyTurn
from tornvakt.domains.sites.services.importing_values import instant_text
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import duty_forms
from tornvakt.surfaces.office import sites_forms as forms
from tornvakt.surfaces.office.locking import person

PER_PAGE = 50
LOOKS_AHEAD = timedelta(days=7)
"""So far ahead a time without TiB is something to do."""
TIB_NAME = "Tjänsteman i beredskap (TiB)"
_CODE = re.compile(r"[a-z0-9åäö_-]{1,20}")


@require_safe
@requires("incidents.view_duty")
def duty(request: HttpRequest) -> HttpResponse:
    """Who answers now, in the order they are rung; what is missing stands first."""
    viewer, now = person(request), timezone.now()
    coming = DutyTurn.objects.filter(starts_at__gt=now).select_related("role")
    coming = coming.order_by("starts_at", "role__order", "pk")
    now_rows = selectors.duty_now(viewer, now)
    context = {
        "missing": [_gap(since, until, now) for since, until in _gaps(request, now)],
        "is_tib_entered": any(role.code == TIB for role, _turns in now_rows),
        "now_rows": now_rows,
        "page": Paginator(coming, PER_PAGE).get_page(request.GET.get("sida")),
        "may_plan": decide(viewer, "incidents.plan_duty"),
        "tib": TIB,
    }
    return render(request, "office/duty.html", context)


@require_http_methods(["GET", "POST"])
@requires("incidents.plan_duty")
def new_turn(request: HttpRequest) -> HttpResponseBase:
    """``/jour/pass/nytt/``: put somebody on call. ``?roll=&fran=&till=`` fill the form in."""
    now = timezone.now()
    form = forms.Form(
        duty_forms.TURN,
        {
            "role": request.GET.get("roll", ""),
            "starts_at": request.GET.get("fran", ""),
            "ends_at": request.GET.get("till", ""),
        },
    )
    if request.method == "POST":
        form = duty_forms.understood(duty_forms.TURN, request)
        if form.is_good and not _has_number(form):
            form.blame("phone", _("Write a number. The duty has none of its own."))
        if form.is_good and _save_turn(request, form, now):
            messages.success(request, _("Saved. %(who)s is on the list.") % _who(form))
            return redirect("duty")
    return _form(request, form, title=_("New turn"), save=_("Save"), lead=_duties_first())


@require_http_methods(["GET", "POST"])
@requires("incidents.plan_duty")
def one_turn(request: HttpRequest, turn_id: int) -> HttpResponseBase:
    """``/jour/pass/<id>/``: let a turn end earlier or later, or end it now."""
    now = timezone.now()
    turn = _find_turn(turn_id, now)
    form = forms.empty((duty_forms.UNTIL,), {"until": turn.ends_at})
    if request.method == "POST":
        form = duty_forms.understood((duty_forms.UNTIL,), request)
        if form.is_good:
            try:
                moved = services.move_turn_end(
                    turn_id=turn_id, ends_at=form.values["until"], by=person(request), now=now
                )
            except Refusal as refusal:
                form.blame("ends_at", str(refusal))
            else:
                if moved is None:
                    raise Http404
                messages.success(request, _("Saved. The turn has another end."))
                return redirect("duty")
    has_begun = turn.starts_at < now
    lead = _("%(duty)s, from %(since)s.") % {
        "duty": turn.role.name,
        "since": instant_text(turn.starts_at),
    }
    return _form(
        request,
        form,
        title=turn.person,
        save=_("Save"),
        lead=lead,
        end_url=reverse("duty_turn_end", args=[turn_id]),
        end_title=_("End the turn now") if has_begun else _("Take the turn away"),
        end_text=_("The duty is without anybody until another turn begins."),
        end_button=_("End now") if has_begun else _("Take away"),
    )


@require_POST
@requires("incidents.plan_duty")
def end_turn(request: HttpRequest, turn_id: int) -> HttpResponseBase:
    """``/jour/pass/<id>/avsluta/``: end it now; one that has not begun is taken away."""
    if not services.end_turn(turn_id=turn_id, by=person(request), now=timezone.now()):
        raise Http404
    messages.success(request, _("The turn is over."))
    return redirect("duty")


@require_http_methods(["GET", "POST"])
@requires("incidents.plan_duty")
def new_role(request: HttpRequest) -> HttpResponseBase:
    """``/jour/roller/ny/``: a duty somebody always has. ``?kod=tib`` fills TiB in."""
    form = forms.empty(duty_forms.NEW_ROLE, {"order": 100})
    if request.GET.get("kod") == TIB:
        form.typed |= {"code": TIB, "name": TIB_NAME, "order": "1"}
    if request.method == "POST":
        form = forms.filled(duty_forms.NEW_ROLE, request.POST)
        code = str(form.values.get("code", "")).lower()
        if form.is_good and not _CODE.fullmatch(code):
            form.blame("code", _("Use small letters and digits, and no spaces."))
        if form.is_good and _save_role(request, form, code, is_new=True):
            messages.success(request, _("Saved. Now say who has the duty."))
            return redirect(f"{reverse('duty_turn_new')}?roll={code}")
    return _form(request, form, title=_("New duty"), save=_("Save"))


@require_http_methods(["GET", "POST"])
@requires("incidents.plan_duty")
def one_role(request: HttpRequest, role_id: int) -> HttpResponseBase:
    """``/jour/roller/<id>/``: the duty's name, its order and its own number."""
    role = DutyRole.objects.filter(pk=role_id).first()
    if role is None:
        raise Http404
    form = forms.empty(
        duty_forms.ROLE_PARTS, {"name": role.name, "order": role.order, "phone": role.phone}
    )
    if request.method == "POST":
        form = forms.filled(duty_forms.ROLE_PARTS, request.POST)
        if form.is_good and _save_role(request, form, role.code, is_new=False):
            messages.success(request, _("Saved."))
            return redirect("duty")
    return _form(request, form, title=role.name, save=_("Save"))


def _duties_first() -> str:
    """Where to begin when there is no duty to choose yet; empty when there is one."""
    if DutyRole.objects.exists():
        return ""
    text = _("There is no duty to choose yet. Make one first:")
    return format_html(
        '{} <a href="{}?kod={}">{}</a>', text, reverse("duty_role_new"), TIB, _("Enter TiB")
    )


def _form(request: HttpRequest, form: forms.Form, **context: Any) -> HttpResponse:
    shown = {"form": form, "back": reverse("duty"), **context}
    return render(request, "office/sites/form.html", shown, status=form.status)


def _has_number(form: forms.Form) -> bool:
    code = form.values["role"]
    own = DutyRole.objects.filter(code=code).values_list("phone", flat=True).first()
    return bool(form.values["phone"]) or own is None or bool(own)


def _save_turn(request: HttpRequest, form: forms.Form, now: datetime) -> bool:
    said = form.values
    try:
        services.add_turn(
            role_code=said["role"],
            person=said["person"],
            phone=said["phone"],
            starts_at=said["since"] or now,
            ends_at=said["until"],
            by=person(request),
            now=now,
        )
    except Refusal as refusal:
        form.blame(getattr(refusal, "field", ""), str(refusal))
    return form.is_good


def _save_role(request: HttpRequest, form: forms.Form, code: str, *, is_new: bool) -> bool:
    said = form.values
    try:
        services.add_duty_role(
            code=code,
            name=said["name"],
            order=said["order"],
            phone=said["phone"],
            is_new=is_new,
            by=person(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.blame(getattr(refusal, "field", ""), str(refusal))
    return form.is_good


def _find_turn(turn_id: int, now: datetime) -> DutyTurn:
    found = DutyTurn.objects.select_related("role").filter(pk=turn_id, ends_at__gt=now).first()
    if found is None:
        raise Http404
    return found


def _who(form: forms.Form) -> dict[str, str]:
    return {"who": form.values["person"]}


def _gaps(request: HttpRequest, now: datetime) -> list[tuple[datetime, datetime]]:
    return selectors.cover_gaps(person(request), now, now + LOOKS_AHEAD)


def _gap(since: datetime, until: datetime, now: datetime) -> dict[str, Any]:
    """One time without TiB, as the page says it; the last may go on beyond what is looked at."""
    is_open = until >= now + LOOKS_AHEAD
    return {
        "since": since,
        "until": None if is_open else until,
        "is_now": since <= now,
        "length": formats.duration(until - since),
        "from_text": "" if since <= now else instant_text(since),
        "till_text": "" if is_open else instant_text(until),
    }
