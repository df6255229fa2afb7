"""``/mitt-konto/``: what each person settles for themselves: language, PIN, password, sessions."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tornvakt.base.access import links, mfa, pins, services
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import Role
from tornvakt.surfaces.office import browsers
from tornvakt.surfaces.office.locking import person
from tornvakt.surfaces.office.role_words import room_name


@require_safe
@requires("access.own_account")
def own_account(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    return _page(request)


@require_POST
@sensitive_post_parameters("pin", "pin2", "password")
@requires("access.own_account")
def choose_pin(request: HttpRequest) -> HttpResponseBase:
    """Choose the PIN that opens a locked session, or with an empty one have none."""
    user = person(request)
    pin, again = request.POST.get("pin", ""), request.POST.get("pin2", "")
    if user.has_usable_password() and not user.check_password(request.POST.get("password", "")):
        text = _("The password is not right. It is asked for so that nobody else sets your PIN.")
        return _page(request, missing={"pin-password": text})
    if pin != again:
        return _page(request, missing={"pin2": _("The two are not the same. Write the PIN again.")})
    try:
        pins.set_pin(user=user, pin=pin, now=timezone.now())
    except pins.PinTooSimple as refusal:
        return _page(request, missing={"pin": str(refusal)})
    messages.success(request, _("The PIN is chosen.") if pin else _("You have no PIN now."))
    return redirect("own_account")


@require_POST
@sensitive_post_parameters()
@requires("access.own_account")
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Choose a new password; every other session of the person ends."""
    user = person(request)
    form = PasswordChangeForm(user, request.POST)
    if not user.has_usable_password():
        raise Http404
    if not form.is_valid():
        missing = {
            f"id_{field}": " ".join(map(str, errors)) for field, errors in form.errors.items()
        }
        return _page(request, missing=missing)
    services.change_password(
        user=user, password=form.cleaned_data["new_password1"], now=timezone.now()
    )
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
    messages.success(request, _("The password is changed, and your other sessions have ended."))
    return redirect("own_account")


@require_POST
@requires("access.own_account")
def end_sessions(request: HttpRequest) -> HttpResponseBase:
    """Sign out everywhere else."""
    ended = services.end_sessions(
        user=person(request), keep=request.session.session_key or "", now=timezone.now()
    )
    text = ngettext("%(n)s other session has ended.", "%(n)s other sessions have ended.", ended)
    messages.success(request, text % {"n": ended} if ended else _("There was no other session."))
    return redirect("own_account")


def _page(request: HttpRequest, *, missing: dict[str, str] | None = None) -> HttpResponse:
    user, now = person(request), timezone.now()
    factors = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    codes = [each for each in factors if each.type == Authenticator.Type.RECOVERY_CODES]
    held = sorted(user.holdings_in_force(now), key=lambda each: (each.since, each.pk))
    context = {
        "missing": missing or {},
        "holdings": [
            {
                "role": Role(each.role).label,
                "room": room_name(each.room) if each.room else "",
                "until": each.until,
            }
            for each in held
        ],
        "passkeys": [each.wrap() for each in factors if each.type == Authenticator.Type.WEBAUTHN],
        "has_codes": any(each.type == Authenticator.Type.TOTP for each in factors),
        "codes_left": len(codes[0].wrap().get_unused_codes()) if codes else None,
        "sessions": [
            {
                "row": each,
                "is_here": each.session_key == request.session.session_key,
                "browser": browsers.name_of(each.user_agent),
            }
            for each in UserSession.objects.filter(user=user).order_by("-created_at", "-id")[:20]
            if each.exists()
        ],
        "links_told": links.told(now).filter(user=user),
        "must_have_factor": mfa.lacks_second_factor(user),
        "languages": settings.LANGUAGES,
    }
    return render(request, "office/account.html", context, status=422 if missing else 200)
