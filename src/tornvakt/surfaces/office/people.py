"""``/konton/``: accounts, whose they are, which roles they hold, and letting people in."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tornvakt.base.access import holdings, links, services
from tornvakt.base.access.compartments import CASE_ROOMS, WITHOUT_STANDING, table
from tornvakt.base.access.doors import requires
from tornvakt.base.access.holdings import CASE_ROLES, Wanted
from tornvakt.base.access.models import Role, RoleHolding, User
from tornvakt.base.access.policy import decide
from tornvakt.base.ui import formats
from tornvakt.pure.facts import Refusal
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name

PER_PAGE = 50


@require_safe
@requires("access.people_view")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account; searched by name, cut down by role."""
    viewer, now = person(request), timezone.now()
    asked, role = request.GET.get("q", "").strip(), request.GET.get("roll", "")
    found = User.objects.prefetch_related(
        Prefetch("holdings", holdings.current(now).order_by("since", "id"), to_attr="held")
    ).order_by("-is_active", "username")
    if asked:
        found = found.filter(Q(username__icontains=asked) | Q(call_name__icontains=asked))
    if role in _roles_seen(viewer, now):
        found = found.filter(pk__in=holdings.current(now).filter(role=role).values("user"))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("sida"))
    ids = [user.pk for user in page]
    strong = Authenticator.objects.filter(user_id__in=ids).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    with_factor = set(strong.values_list("user_id", flat=True))
    rows = [
        {
            "user": user,
            "held": [each for each in _held(user) if decide(viewer, "access.holding_view", each)],
            "has_factor": user.pk in with_factor,
            "is_invited": not user.has_usable_password() and user.last_login is None,
        }
        for user in page
    ]
    context = {
        "rows": rows,
        "page": page,
        "asked": asked,
        "role": role,
        "roles": [(code, Role(code).label) for code in _roles_seen(viewer, now)],
        "may_manage": decide(viewer, "access.people_manage"),
        "links_told": links.told(now),
    }
    return render(request, "office/people.html", context)


@require_http_methods(["GET", "POST"])
@requires("access.people_manage")
def new_person(request: HttpRequest) -> HttpResponseBase:
    """Make an account and show its one-time link, once."""
    values = {
        name: request.POST.get(name, "").strip() for name in ("username", "call_name", "role")
    }
    missing: dict[str, str] = {}
    if request.method == "POST":
        try:
            user = services.create_user(**values, by=person(request))
            token = services.invite(user=user, now=timezone.now(), by=person(request))
        except services.NameMissing as refusal:
            missing = {refusal.field: str(refusal)}
        except services.UserExists as refusal:
            missing = {"username": str(refusal)}
        except (services.UnknownRole, services.RoleByTwo) as refusal:
            missing = {"role": str(refusal)}
        else:
            return _with_link(request, user, token)
    context = {
        "values": values,
        "missing": missing,
        "roles": [
            (role.value, role.label)
            for role in Role
            if role not in CASE_ROLES and role not in holdings.BY_TWO
        ],
    }
    return render(request, "office/person_new.html", context, status=422 if missing else 200)


@require_safe
@requires("access.people_view")
def one_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """One account: its roles now and before, its second factor, and what can be done with it."""
    return _page(request, user_id)


@require_POST
@requires("access.give_role")
def give_role(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Give a role, from now on or up to and with a day."""
    values = {name: request.POST.get(name, "") for name in ("role", "room", "until")}
    missing: dict[str, str] = {}
    until = None
    if values["role"] not in Role.values:
        missing["role"] = _("Choose a role.")
    if values["until"]:
        until = _end_of_day(values["until"])
        if until is None:
            missing["until"] = _("Write the day as 2026-12-31, or leave it empty.")
    if missing:
        return _page(request, user_id, values=values, missing=missing)
    try:
        holding = holdings.give_role(
            user=_find(user_id),
            role=values["role"],
            room=values["room"],
            by=person(request),
            now=timezone.now(),
            until=until,
        )
    except holdings.RoleTooLong as refusal:
        return _page(request, user_id, values=values, missing={"until": str(refusal)})
    except holdings.RoomMissing as refusal:
        return _page(request, user_id, values=values, missing={"room": str(refusal)})
    except Refusal as refusal:
        return _page(request, user_id, values=values, missing={"role": str(refusal)})
    text = (
        _("Proposed. It counts when a second person has confirmed it.")
        if holding.needs_confirmation
        else _("Given. It counts from the next page the person opens.")
    )
    messages.success(request, text)
    return redirect("person", user_id)


@require_POST
@requires("access.give_role")
def end_role(request: HttpRequest, user_id: int, holding_id: str) -> HttpResponseBase:
    """Take a role away, at once."""
    return _with_holding(
        request, user_id, holding_id, holdings.end_role, _("Ended. It counts no more.")
    )


@require_POST
@requires("access.confirm_role")
def confirm_role(request: HttpRequest, user_id: int, holding_id: str) -> HttpResponseBase:
    """Be the second person who lets somebody into a room."""
    return _with_holding(
        request, user_id, holding_id, holdings.confirm_role, _("Confirmed. It counts from now.")
    )


@require_POST
@requires("access.people_manage")
def invite(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """A new one-time link; to an account in use it is asked for, and a second person confirms."""
    user = _find(user_id)
    if holdings.is_used(user):
        text = _("Asked for. Another administrator or the data protection officer confirms it.")
        return _do(request, user_id, links.ask, text)
    try:
        token = services.invite(user=user, now=timezone.now(), by=person(request))
    except Refusal as refusal:
        return _page(request, user_id, refusal=str(refusal))
    return _with_link(request, user, token)


@require_POST
@requires("access.confirm_link")
def confirm_link(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Be the second person for a link to an account in use; it is shown to this person, once."""
    user = _find(user_id)
    try:
        token = links.confirm(user=user, now=timezone.now(), by=person(request))
    except Refusal as refusal:
        return _page(request, user_id, refusal=str(refusal))
    return _with_link(request, user, token)


@require_POST
@requires("access.people_manage")
def end_account(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Close an account."""
    return _do(request, user_id, services.end_account, _("The account is closed."))


@require_POST
@requires("access.people_manage")
def reopen_account(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Open a closed account again, without roles."""
    text = _("The account is open again. It has no roles; give it those it needs.")
    return _do(request, user_id, services.reopen_account, text)


@require_POST
@requires("access.people_manage")
def reset_second_factor(request: HttpRequest, user_id: int) -> HttpResponseBase:
    """Take away passkeys, codes and PIN of somebody who has lost them."""
    text = _("Passkeys, codes and PIN are gone. The person chooses new ones after signing in.")
    return _do(request, user_id, services.reset_second_factor, text)


def _page(
    request: HttpRequest,
    user_id: int,
    *,
    values: dict[str, str] | None = None,
    missing: dict[str, str] | None = None,
    refusal: str = "",
) -> HttpResponse:
    viewer, user, now = person(request), _find(user_id), timezone.now()
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
        "may_manage": decide(viewer, "access.people_manage"),
        "is_used": holdings.is_used(user),
        "links_told": links.told(now).filter(user=user),
        "link_waits": links.waiting(now).filter(user=user).first(),
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


def _with_link(request: HttpRequest, user: User, token: str) -> HttpResponse:
    link = request.build_absolute_uri(reverse("invitation", args=[token]))
    answer = render(request, "office/person_link.html", {"person": user, "link": link})
    answer["Cache-Control"] = "no-store"
    return answer


def _with_holding(
    request: HttpRequest, user_id: int, holding_id: str, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    holding = RoleHolding.objects.filter(public_id=holding_id, user_id=user_id).first()
    if holding is None or not decide(person(request), "access.holding_view", holding):
        raise Http404
    try:
        verb(holding_id=holding.pk, by=person(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, user_id, refusal=str(refusal))
    messages.success(request, said)
    return redirect("person", user_id)


def _do(
    request: HttpRequest, user_id: int, verb: Callable[..., object], said: str
) -> HttpResponseBase:
    try:
        verb(user=_find(user_id), by=person(request), now=timezone.now())
    except Refusal as refusal:
        return _page(request, user_id, refusal=str(refusal))
    messages.success(request, said)
    return redirect("person", user_id)


def _held(user: User) -> list[RoleHolding]:
    """What `people` prefetched: present roles, waiting ones too."""
    held: list[RoleHolding] = user.held  # type: ignore[attr-defined]
    return held


def _find(user_id: int) -> User:
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise Http404
    return user


def _roles_seen(viewer: User, now: datetime) -> list[str]:
    """Roles the viewer may ask for: who works in a case room is known there alone."""
    return [
        role.value
        for role in Role
        if role not in CASE_ROLES
        or Role.DPO in viewer.roles
        or holdings.owns(viewer, CASE_ROLES[role], now)
    ]


def _end_of_day(text: str) -> datetime | None:
    """The instant a day is over in Sweden, as UTC; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None:
        return None
    try:
        after = datetime.combine(day + timedelta(days=1), time(), tzinfo=formats.STOCKHOLM)
        return after.astimezone(UTC)
    except OverflowError:  # the last day there is
        return None
