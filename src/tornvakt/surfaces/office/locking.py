"""``/las/`` and ``/las-upp/``: locking a session, and opening it again."""

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tornvakt.base.access import lock as locking
from tornvakt.base.access import pins
from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.pure.facts import Refusal


class WrongPassword(Refusal):
    """Not the password of the person who locked."""

    def __init__(self) -> None:
        super().__init__(_("The password is not right. Check it and try again."))


class TooManyTries(Refusal):
    """The password rests."""

    def __init__(self) -> None:
        super().__init__(_("Too many attempts. Wait five minutes, or open with a passkey."))


class KeyNotRight(Refusal):
    """The passkey is not one of the person's, or it did not answer."""

    def __init__(self) -> None:
        super().__init__(_("The passkey did not open. Try again, or use the password."))


@require_POST
@locking.works_while_locked("locking twice is no fault")
@requires("access.own_account")
def lock(request: HttpRequest) -> HttpResponseBase:
    """Lock this session."""
    locking.lock(request=request, now=timezone.now())
    if wants_json(request):
        return JsonResponse({"ok": True, "locked": True})
    return redirect("unlock")


@never_cache
@sensitive_post_parameters("pin", "password")
@require_http_methods(["GET", "POST"])
@locking.works_while_locked("this is the key")
@requires("access.own_account")
def unlock(request: HttpRequest) -> HttpResponseBase:
    """The lock's page, and opening it with the PIN or the password."""
    if not locking.is_locked(request):
        return _opened(request)
    if request.method == "GET":
        return locking.face(request, next_url=request.GET.get("next", "/"))
    way = "pin" if request.POST.get("way") == "pin" else "password"
    try:
        if way == "pin":
            pins.judge_pin(user=person(request), pin=request.POST.get("pin", ""))
        else:
            _judge_password(request)
    except Refusal as refusal:
        return _refused(request, refusal, way)
    locking.unlock(request=request, now=timezone.now(), by=way)
    return _opened(request)


@never_cache
@require_http_methods(["GET", "POST"])
@locking.works_while_locked("this is the key")
@requires("access.own_account")
def unlock_with_passkey(request: HttpRequest) -> HttpResponseBase:
    """What a passkey is to sign (GET, for the script), and its answer (POST)."""
    user = person(request)
    if request.method == "GET":
        return JsonResponse({"request_options": webauthn.begin_authentication(user)})
    form = AuthenticateWebAuthnForm(data=request.POST, user=user)
    if not form.is_valid():
        return _refused(request, KeyNotRight(), "passkey")
    form.save()
    pins.forgive(user=user)
    locking.unlock(request=request, now=timezone.now(), by="passkey")
    return _opened(request)


def person(request: HttpRequest) -> User:
    """The signed-in person; the policies let nobody else reach these views."""
    assert isinstance(request.user, User)
    return request.user


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a script asked."""
    return "application/json" in request.headers.get("Accept", "")


def _judge_password(request: HttpRequest) -> None:
    user = person(request)
    key = str(user.pk)
    if not ratelimit.consume(request, action="unlock", key=key):
        raise TooManyTries
    if not user.check_password(request.POST.get("password", "")):
        raise WrongPassword
    ratelimit.clear(request, action="unlock", key=key)
    pins.forgive(user=user)


def _refused(request: HttpRequest, refusal: Refusal, way: str) -> HttpResponse:
    if wants_json(request):
        body: dict[str, Any] = {"error": type(refusal).__name__, "message": str(refusal)}
        return JsonResponse(body, status=422)
    target = request.POST.get("next", "/")
    return locking.face(request, next_url=target, status=422, refusal=str(refusal), way=way)


def _opened(request: HttpRequest) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"ok": True, "locked": False})
    target = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return redirect(target if ours else "/")
