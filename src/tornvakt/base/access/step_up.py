"""Step-up: before something that weighs more, a person shows once more who they are.

The access model asks for it within a quarter of an hour: a session left open at a desk is not
enough to give somebody a role or to read the log. Whoever has a second factor shows that one; a
password alone may have been looked at over the shoulder.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows import reauthentication
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.urls import reverse

from tornvakt.base.access.mfa import has_second_factor
from tornvakt.base.access.models import User

FRESH = timedelta(minutes=15)
SECOND = "mfa"
"""What allauth calls a sign-in step by passkey or one-time code."""
WAITS = timedelta(minutes=5)
"""So long what was sent waits for an answer. Later nobody remembers having sent it, and it may be
somebody else at the open screen who did."""
_WAITING = "waiting_for_proof"
_STATE = reauthentication.STATE_SESSION_KEY


@dataclass(frozen=True, slots=True)
class Waiting:
    """What was sent and is carried out when the person has shown who they are."""

    action: str
    path: str
    values: list[str]


def is_fresh(request: HttpRequest, *, now: datetime) -> bool:
    """Tell whether the person has shown who they are within :data:`FRESH`, as strongly as they can.

    Signing in counts. A record from the future, by a clock put back, does not.
    """
    assert isinstance(request.user, User)
    records = get_authentication_records(request, request.user)
    if has_second_factor(request.user):
        records = [record for record in records if record.get("method") == SECOND]
    shown = [now.timestamp() - float(record["at"]) for record in records]
    return any(0 <= age < FRESH.total_seconds() for age in shown)


def waiting(request: HttpRequest) -> Waiting | None:
    """What the answer will set going: shown where it is asked, so that nobody says yes unseen."""
    sent = request.session.get(_STATE, {}).get("request")
    known = request.session.get(_WAITING)
    if sent is None or known is None or known["path"] != (read := json.loads(sent))["path"]:
        return None
    typed = QueryDict(read["POST"])
    values = [
        value
        for name in typed
        for value in typed.getlist(name)
        if value and name != "csrfmiddlewaretoken" and "password" not in name
    ]
    return Waiting(known["action"], read["path"], values)


def forget_what_waited_long(request: HttpRequest, *, now: datetime) -> bool:
    """Drop what was sent more than :data:`WAITS` ago; tell whether there was such a thing.

    What allauth's own pages have kept, and nobody knows since when, goes too.
    """
    if "request" not in request.session.get(_STATE, {}):
        return False
    asked_at = request.session[_WAITING]["at"] if waiting(request) else 0.0
    if 0 <= now.timestamp() - asked_at < WAITS.total_seconds():
        return False
    del request.session[_STATE]
    return True


def ask(request: HttpRequest, action: str, *, now: datetime) -> HttpResponseBase:
    """Send the person to the page that asks; what was sent goes on when they have answered.

    Somebody who comes in by the municipality's sign-in alone has nothing to show here: the session
    ends, and they sign in there again.
    """
    assert isinstance(request.user, User)
    ways = [way["url"] for way in get_adapter().get_reauthentication_methods(request.user)]
    if has_second_factor(request.user):
        ways = [way for way in ways if way != reverse("account_reauthenticate")]
    if ways:
        request.session.pop(_STATE, None)
        request.session[_WAITING] = {
            "action": action,
            "path": request.path,
            "at": now.timestamp(),
        }
        asked: HttpResponseBase = reauthentication.suspend_request(request, ways[-1])
        return asked
    back = request.get_full_path()
    logout(request)
    return redirect_to_login(back)
