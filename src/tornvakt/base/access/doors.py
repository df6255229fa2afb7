"""Decorators that give a view its policy. A view without one fails a test of the house."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import Error, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from tornvakt.base.access import signs, step_up
from tornvakt.base.access.compartments import Compartment
from tornvakt.base.access.mfa import lacks_second_factor
from tornvakt.base.access.models import User
from tornvakt.base.access.policy import described, has_standing, may_try
from tornvakt.base.access.signs import View
from tornvakt.base.audit import log as audit

log = logging.getLogger(__name__)

LOOKS = ("GET", "HEAD")
METHODS = (*LOOKS, "POST")
JUDGED = 422
"""A form that is shown again: with its errors, and with all that stands around it."""


def requires(
    action: str,
    *,
    polled: bool = False,
    stepped_up: bool = False,
    purpose: str = "",
    may_be_kept: bool = False,
) -> Callable[[View], View]:
    """Let only those in who may do ``action``; works on plain and on async views.

    Nobody signed in: to the sign-in page, or 401 for a request that a script made. Signed in but
    nobody in the room of the action: 404, the page of an address that leads nowhere. Somebody
    there, but not for this: 403. All of it is settled before the view has looked at anything, so
    an address with a real number and one with an invented number take the same way. The view
    carries the action on its sign (`signs`). ``stepped_up``: only to somebody who has shown within
    a quarter of an hour who they are; others are asked, and what they had sent goes on after that.

    Every look is logged before its content leaves: once a request; once a subscription for a
    stream; for what a page asks for by itself again and again (``polled``), at most once a minute
    and viewer. What is sent in vain and answered with the page is a look like any other. A look
    that cannot be logged is not shown. The own account is nobody else's. ``purpose`` (ändamål): a
    code of what the page is for, where that follows from the page itself.
    No browser keeps an answer: the next person at the desk would find it there. ``may_be_kept``:
    but for what is nobody's secret, such as the tiles of a map; the view then says for how long.
    """

    kept = _kept_as_said if may_be_kept else _kept_nowhere

    def protect(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                request.user = await request.auser()
                refusal = await sync_to_async(_refusal)(request, action, stepped_up)
                if refusal:
                    return refusal
                # Before the view: a stream has let go of the database when it answers.
                unlogged = await sync_to_async(_note_look)(request, action, kwargs, polled, purpose)
                return kept(unlogged or await view(request, *args, **kwargs))
        else:

            @wraps(view)
            def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                refusal = _refusal(request, action, stepped_up)
                if refusal:
                    return refusal
                answer = view(request, *args, **kwargs)
                if _shows_something(request, answer):
                    answer = _note_look(request, action, kwargs, polled, purpose) or answer
                return kept(answer)

        return signs.write(cast(View, guarded), action=action, is_stepped_up=stepped_up)

    return protect


def _shows_something(request: HttpRequest, answer: HttpResponseBase) -> bool:
    """Tell whether an answer carries more than a sentence or an address to go to.

    To what was sent: whole pages, and forms shown again. What was done stands in the log itself.
    """
    if request.method in LOOKS:
        return answer.status_code < 400
    if 300 <= answer.status_code < 400:
        return False
    return answer.status_code == JUDGED or "text/html" in answer.get("Content-Type", "")


def _kept_nowhere(answer: HttpResponseBase) -> HttpResponseBase:
    if "no-store" not in answer.get("Cache-Control", ""):
        answer["Cache-Control"] = "no-store"
    return answer


def _kept_as_said(answer: HttpResponseBase) -> HttpResponseBase:
    is_said = answer.has_header("Cache-Control") and answer.status_code in (200, 304)
    return answer if is_said else _kept_nowhere(answer)


def open_to_all(reason: str) -> Callable[[View], View]:
    """Say that a view needs no sign-in, and why."""

    def mark(view: View) -> View:
        return signs.write(view, open_because=reason)

    return mark


def _refusal(request: HttpRequest, action: str, stepped_up: bool) -> HttpResponseBase | None:
    if request.method not in METHODS:
        return HttpResponseNotAllowed(METHODS)
    if not request.user.is_authenticated:
        if is_from_script(request):
            return HttpResponse(status=401)
        return redirect_to_login(request.get_full_path())
    if may_try(request.user, action):
        _refuse_unreadable(request)
        first = _second_factor_first(request, action)
        return first or (_once_more(request, action) if stepped_up else None)
    _note_refusal(request, action)
    if has_standing(request.user, described(action).room):
        raise PermissionDenied(action)
    raise Http404


def _refuse_unreadable(request: HttpRequest) -> None:
    """Raise BadRequest for a NUL: PostgreSQL neither stores nor compares one, and nobody types it.

    Said to those who may come in alone: to others nothing is here to be read wrongly.
    """
    forms = (request.GET, request.POST)
    sent = [str(text) for form in forms for _name, texts in form.lists() for text in texts]
    if any("\x00" in text for text in (request.path, *sent)):
        raise BadRequest


def is_from_script(request: HttpRequest) -> bool:
    """Tell whether a script asked, not somebody who opened a page."""
    accepts = request.headers.get("Accept", "")
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return fetched or "text/event-stream" in accepts


def _second_factor_first(request: HttpRequest, action: str) -> HttpResponseBase | None:
    """Send a person whose role asks for a second factor to the page where one is chosen."""
    assert isinstance(request.user, User)
    if described(action).room is Compartment.PUB or not lacks_second_factor(request.user):
        return None
    if is_from_script(request):
        raise PermissionDenied(action)
    return redirect(f"{reverse('own_account')}?behov=andra-faktor")


def _once_more(request: HttpRequest, action: str) -> HttpResponseBase | None:
    """Ask a person who came in long ago who they are, before something that weighs more."""
    now = timezone.now()
    if step_up.is_fresh(request, now=now):
        return None
    if is_from_script(request):
        raise PermissionDenied(action)
    return step_up.ask(request, action, now=now)


class Damper:
    """Lets through one of a sort in a time. In this process; bounded."""

    def __init__(self, every_s: float, at_most: int = 10_000) -> None:
        self._every_s, self._at_most = every_s, at_most
        self._last: dict[tuple[object, ...], float] = {}

    def lets_through(self, *sort: object) -> bool:
        """Tell whether this is the first of its sort for a while."""
        now = time.monotonic()
        before = self._last.get(sort)
        if before is not None and now - before < self._every_s:
            return False
        if len(self._last) >= self._at_most:
            self._last.clear()
        self._last[sort] = now
        return True

    def forget(self) -> None:
        """Begin anew; for tests."""
        self._last.clear()


polls = Damper(60.0)
refusals = Damper(60.0)


def _note_look(
    request: HttpRequest, action: str, names: dict[str, object], is_polled: bool, purpose: str
) -> HttpResponseBase | None:
    """Log a look; return what is answered instead when that cannot be done."""
    known = described(action)
    if known.room is Compartment.PUB:
        return None
    assert isinstance(request.user, User)
    if is_polled and not polls.lets_through(request.user.pk, action, *names.values()):
        return None
    try:
        audit.read(
            action,
            by=request.user,
            on=(known.logged_as, "/".join(map(str, names.values()))),
            room=known.room,
            at=timezone.now(),
            purpose=purpose,
        )
    except audit.NotLogged as refusal:
        return render(request, "access/not_logged.html", {"refusal": refusal}, status=503)
    return None


def _note_refusal(request: HttpRequest, action: str) -> None:
    """Log that somebody was turned away, once a minute: somebody who tries doors is of interest.

    The refusal stands even when it cannot be logged.
    """
    assert isinstance(request.user, User)
    if not refusals.lets_through(request.user.pk, action):
        return
    try:
        with transaction.atomic():
            audit.wrote(
                "access.refused",
                by=request.user,
                on=("action", action),
                room=described(action).room,
                at=timezone.now(),
                result="refused",
            )
    except Error as error:
        log.warning("access.refusal_unlogged error=%s", type(error).__name__)
