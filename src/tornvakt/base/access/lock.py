"""The lock of a session: the desk is locked, not signed out, and goes on sounding.

While a session is locked every view answers 423 but those that say why they need not
(:func:`works_while_locked`): the lock and its key, the stream, which then carries counts and sounds
and no details, the signs of life, and leaving. A page gets the lock's own page under its own
address, so that the reader is back where they were once it is open.
"""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from tornvakt.base.access import signs
from tornvakt.base.access.doors import is_from_script
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import decide
from tornvakt.base.access.signs import View
from tornvakt.base.audit import log as audit

LOCKED_AT = "locked_at"
"""Key in the session; epoch seconds."""

locked = Signal()
"""A session was locked. Sends ``session_key``."""
unlocked = Signal()
"""A session was opened again. Sends ``session_key``."""


def works_while_locked(reason: str) -> Callable[[View], View]:
    """Say that a view answers while the session is locked, and why. It shows no details then."""

    def mark(view: View) -> View:
        return signs.write(view, while_locked=reason)

    return mark


def is_locked(request: HttpRequest) -> bool:
    """Tell whether the session of this request is locked."""
    return LOCKED_AT in request.session


def lock(*, request: HttpRequest, now: datetime) -> None:
    """Lock the session. Locking twice is no fault; the first time stands."""
    if is_locked(request):
        return
    request.session[LOCKED_AT] = now.timestamp()
    request.session.save()
    _wrote("access.locked", request, now)
    locked.send(sender=User, session_key=request.session.session_key)


def unlock(*, request: HttpRequest, now: datetime, by: str) -> None:
    """Open the session; ``by`` (``pin``, ``password``, ``passkey``) the caller has judged."""
    request.session.pop(LOCKED_AT, None)
    request.session.save()
    _wrote("access.unlocked", request, now, by)
    unlocked.send(sender=User, session_key=request.session.session_key)


def face(
    request: HttpRequest, *, next_url: str, status: int = 200, refusal: str = "", way: str = ""
) -> HttpResponse:
    """The page of a locked session; it names who is signed in and nothing of what waits."""
    assert isinstance(request.user, User)
    context = {
        "next": next_url,
        "refusal": refusal,
        "way": way,
        "counts": (1, 2, 3) if decide(request.user, "incidents.view") else (),
        "has_passkey": is_mfa_enabled(request.user, [Authenticator.Type.WEBAUTHN]),
    }
    answer = render(request, "access/locked.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


class LockMiddleware(MiddlewareMixin):
    """Answers 423 for a locked session."""

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        arguments: tuple[object, ...],
        names: dict[str, object],
    ) -> HttpResponseBase | None:
        """Let through what works while locked, without asking the database for it."""
        if signs.sign_of(view).while_locked:
            return None
        return _closed(request)

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """An address that leads nowhere answers as every other: the lock says nothing of it."""
        is_nowhere = response.status_code == 404 and request.resolver_match is None
        return (_closed(request) if is_nowhere else None) or response


def _closed(request: HttpRequest) -> HttpResponseBase | None:
    """The answer of a locked session; None when it is open, or nobody is signed in."""
    if not is_locked(request) or not isinstance(request.user, AbstractBaseUser):
        return None
    if is_from_script(request) or "application/json" in request.headers.get("Accept", ""):
        text = _("The desk is locked. Open it with your PIN, a passkey or your password.")
        return JsonResponse({"error": "Locked", "message": text}, status=423)
    target = request.get_full_path() if request.method == "GET" else "/"
    return face(request, next_url=target, status=423)


def _wrote(action: str, request: HttpRequest, now: datetime, way: str = "") -> None:
    assert isinstance(request.user, User)
    with transaction.atomic():
        audit.wrote(
            action,
            by=request.user,
            on=("user", str(request.user.pk)),
            at=now,
            params={"by": way} if way else {},
        )
