"""``/konton/<nr>/``: one account: its roles and rights, letting its person in, and ending it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tornvakt.base.access import holdings, links, role_refusals, services
from tornvakt.base.access.compartments import CASE_ROOMS, WITHOUT_STANDING, table
from tornvakt.base.access.doors import requires
from tornvakt.base.access.holdings import Wanted
from tornvakt.base.access.models import Role, RoleHolding, User
from tornvakt.base.access.policy import decide
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office import days, rights_lines
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name


@require_safe
@requires("access.people_view")
def one_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: its roles now and before, its second factor, and what can be done with it."""
    return page_of(request, user_id)


@require_POST
@requires("access.give_role", stepped_up=True)
def give_role(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Give a role, from now on or up to and with a day."""
    values = {name: request.POST.get(name, "") for name in ("role", "room", "until")}
    missing: dict[str, str] = {}
    until = None
    if values["role"] not in Role.values:
        missing["role"] = _("Choose a role.")
    if values["until"]:
        day = days.span_of(values["until"])
        until = day[1] if day else None
        if day is None:
            missing["until"] = _("Write the day as 2026-12-31, or leave it empty.")
    if missing:
        return page_of(request, user_id, values=values, missing=missing)
    try:
        holding = holdings.give_role(
            user=find_person(user_id),
            role=values["role"],
            room=values["room"],
            by=person(request),
            now=timezone.now(),
            until=until,
        )
    except role_refusals.RoleTooLong as refusal:
        return page_of(request, user_id, values=values, missing={"until": str(refusal)})
    except role_refusals.RoomUnfit as refusal:
        return page_of(request, user_id, values=values, missing={"room": str(refusal)})
    except Refusal as refusal:
        return page_of(request, user_id, values=values, missing={"role": str(refusal)})
    text = (
        _("Proposed. It counts when a second person has confirmed it.")
        if holding.needs_confirmation
        else _("Given. It counts from the next page the person opens.")
    )
    messages.success(request, text)
    return redirect("person", user_id)


@require_POST
@requires("access.give_role", stepped_up=True)
def end_role(request: HttpRequest, user_id: int, holding_id: str) -> HttpResponseBase:
    """Take a role away, at once."""
    return _with_holding(
        request, user_id, holding_id, holdings.end_role, _("Ended. It counts no more.")
    )


@require_POST
@requires("access.confirm_role", stepped_up=True)
def confirm_role(request: HttpRequest, user_id: int, holding_id: str) -> HttpResponseBase:
    """Be the second person who lets somebody into a room."""
    return _with_holding(
        request, user_id, holding_id, holdings.confirm_role, _("Confirmed. It counts from now.")
    )


@require_POST
@requires("access.people_manage", stepped_up=True)
def invite(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """A new one-time link; to an account in use it is asked for, and a second person confirms."""
    user = find_person(user_id)
    if holdings.is_used(user):
        text = _("Asked for. Another administrator or the data protection officer confirms it.")
        return _do(request, user_id, links.ask, text)
    try:
        token = services.invite(user=user, now=timezone.now(), by=person(request))
    except Refusal as refusal:
        return page_of(request, user_id, refusal=str(refusal))
    return person_link(request, user, token)


@require_POST
@requires("access.confirm_link", stepped_up=True)
def confirm_link(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Be the second person for a link to an account in use; it is shown to this person, once."""
    user = find_person(user_id)
    try:
        token = links.confirm(user=user, now=timezone.now(), by=person(request))
    except Refusal as refusal:
        return page_of(request, user_id, refusal=str(refusal))
    return person_link(request, user, token)


@require_POST
@requires("access.people_manage", stepped_up=True)
def end_account(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Close an account."""
    return _do(request, user_id, services.end_account, _("The account is closed."))


@require_POST
@requires("access.people_manage", stepped_up=True)
def reopen_account(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Open a closed account again, without roles."""
    text = _("The account is open again. It has no roles; give it those it needs.")
    return _do(request, user_id, services.reopen_account, text)


@require_POST
@requires("access.people_manage", stepped_up=True)
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Take away passkeys, codes and PIN of somebody who has lost them."""
    text = _("Passkeys, codes and PIN are gone. The person chooses new ones after signing in.")
    return _do(request, user_id, services.reset_second_factor, text)


def page_of(
    request: HttpRequest,
    user_id: int,
    *,
    values: dict[str, str] | None = None,
    missing: dict[str, str] | None = None,
    refusal: str = "",
) -> HttpResponse:
    """The whole page of a person: as it is, or with what was typed and why it is not saved."""
    viewer, user, now = person(request), find_person(user_id), timezone.now()
    held = user.holdings.select_related("granted_by", "confirmed_by", "ended_by")
    seen = [
        _line(viewer, each, now)
        for each in held.order_by("-since", "-id")
        if decide(viewer, "access.holding_view", each)
    ]
    factors = list(
        Authenticator.objects.filter(user=user).values_list("type", flat=True).order_by("type")
    )
    context = {
        "person": user,
        "is_self": user.pk == viewer.pk,
        "now_held": [each for each in seen if not each["is_over"]],
        "before": [each for each in seen if each["is_over"]],
        "passkeys": factors.count(Authenticator.Type.WEBAUTHN),
        "has_codes": Authenticator.Type.TOTP in factors,
        "roles": [
            (role.value, role.label)
            for role in Role
            if decide(viewer, "access.give_role", Wanted(user.pk, role.value))
        ],
        "rooms": [(room.value, room_name(room)) for room in sorted(CASE_ROOMS)],
        "rights": rights_lines.of_person(viewer, user, now),
        "rights_to_give": rights_lines.to_give(viewer, user),
        "may_manage": decide(viewer, "access.people_manage"),
        "is_used": holdings.is_used(user),
        "links_told": links.told(now).filter(user=user),
        "link_waits": links.waiting(now).filter(user=user).exclude(asked_by=viewer).exists(),
        "may_confirm_link": user.pk != viewer.pk and decide(viewer, "access.confirm_link"),
        "values": values or {},
        "missing": missing or {},
        "refusal": refusal,
    }
    status = 409 if refusal else 422 if missing else 200
    return render(request, "office/person.html", context, status=status)


def _line(viewer: User, holding: RoleHolding, now: datetime) -> dict[str, Any]:
    is_over = holding.until is not None and holding.until <= now
    waits = holding.needs_confirmation and holding.confirmed_at is None
    wanted = Wanted(holding.user_id, holding.role, holding.room)
    return {
        "holding": holding,
        "role": Role(holding.role).label,
        "room": room_name(holding.room) if holding.room else "",
        "reach": [
            room_name(room)
            for room, level in table().get(holding.role, {}).items()
            if level not in WITHOUT_STANDING
            and room != "PUB"
            and (not holding.room or room not in CASE_ROOMS or room == holding.room)
        ],
        "is_over": is_over,
        "waits": waits and not is_over,
        "may_end": not is_over and decide(viewer, "access.give_role", wanted),
        "may_confirm": waits and not is_over and decide(viewer, "access.confirm_role", holding),
    }


def _with_holding(
    request: HttpRequest, user_id: int, holding_id: str, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    holding = RoleHolding.objects.filter(public_id=holding_id, user_id=user_id).first()
    if holding is None or not decide(person(request), "access.holding_view", holding):
        raise Http404
    try:
        verb(holding_id=holding.pk, by=person(request), now=timezone.now())
    except Refusal as refusal:
        return page_of(request, user_id, refusal=str(refusal))
    messages.success(request, said)
    return redirect("person", user_id)


def _do(
    request: HttpRequest, user_id: int, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    try:
        verb(user=find_person(user_id), by=person(request), now=timezone.now())
    except Refusal as refusal:
        return page_of(request, user_id, refusal=str(refusal))
    messages.success(request, said)
    return redirect("person", user_id)


def find_person(user_id: int) -> User:
    """Return an account. Raises Http404."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Http404
    return user


def person_link(request: HttpRequest, user: User, token: str) -> HttpResponse:
    """The page that shows a one-time link, once; no browser keeps it."""
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    answer = render(request, "office/person_link.html", {"person": user, "link": link})
    answer["Cache-Control"] = "no-store"
    return answer
