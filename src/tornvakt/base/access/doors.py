"""Decorators that give a view its policy. A view without one fails a test of the house."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase

from tornvakt.base.access.policy import described, has_standing, may_try

View = TypeVar("View", bound=Callable[..., Any])


def requires(action: str) -> Callable[[View], View]:
    """Let only those in who may do ``action``; works on plain and on async views.

    Nobody signed in: to the sign-in page, or 401 for a request that a script made. Signed in but
    nobody in the room of the action: 404, the page of an address that leads nowhere. Somebody
    there, but not for this: 403. All of it is settled before the view has looked at anything, so
    an address with a real number and one with an invented number take the same way. The view
    carries the action as ``policy_action``.
    """

    def protect(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                request.user = await request.auser()
                refusal = await sync_to_async(_refusal)(request, action)
                return refusal or await view(request, *args, **kwargs)
        else:

            @wraps(view)
            def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
                return _refusal(request, action) or view(request, *args, **kwargs)

        guarded.policy_action = action  # type: ignore[attr-defined]
        return cast(View, guarded)

    return protect


def open_to_all(reason: str) -> Callable[[View], View]:
    """Say that a view needs no sign-in, and why. The view carries ``policy_open``."""

    def mark(view: View) -> View:
        view.policy_open = reason  # type: ignore[attr-defined]
        return view

    return mark


def _refusal(request: HttpRequest, action: str) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        if _is_from_script(request):
            return HttpResponse(status=401)
        return redirect_to_login(request.get_full_path())
    if may_try(request.user, action):
        return None
    if has_standing(request.user, described(action).room):
        raise PermissionDenied(action)
    raise Http404


def _is_from_script(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return fetched or "text/event-stream" in accepts
