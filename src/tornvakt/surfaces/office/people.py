"""``/konton/``: accounts, whose they are, which roles they hold, and making a new one."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tornvakt.base.access import holdings, links, services
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import CASE_ROLES, Role, RoleHolding, User
from tornvakt.base.access.policy import decide
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.person import person_link

PER_PAGE = 50


@require_safe
@requires("access.people_view")
def people(request: HttpRequest) -> HttpResponse:
    """Everybody with an account; searched by name, cut down by role."""
    viewer, now = person(request), timezone.now()
    asked, role = request.GET.get("q", "").strip(), request.GET.get("roll", "")
    found = User.objects.order_by("-is_active", "username")
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
    held = _held(ids, now)
    rows = [
        {
            "user": user,
            "held": [each for each in held[user.pk] if decide(viewer, "access.holding_view", each)],
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
        except services.NameUnfit:
            names = {name: values[name] for name in ("username", "call_name")}
            missing = {fault.field: str(fault) for fault in services.name_faults(**names)}
        except (services.UnknownRole, services.RoleByTwo) as refusal:
            missing = {"role": str(refusal)}
        else:
            return person_link(request, user, token)
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


def _held(user_ids: Collection[int], now: datetime) -> dict[int, list[RoleHolding]]:
    """Present roles of these persons, waiting ones too, the oldest first."""
    found: dict[int, list[RoleHolding]] = defaultdict(list)
    for each in holdings.current(now).filter(user__in=user_ids).order_by("since", "id"):
        found[each.user_id].append(each)
    return found


def _roles_seen(viewer: User, now: datetime) -> list[str]:
    """Roles the viewer may ask for: who works in a case room is known there alone."""
    return [
        role.value
        for role in Role
        if role not in CASE_ROLES
        or Role.DPO in viewer.roles
        or holdings.owns(viewer, CASE_ROLES[role], now)
    ]
