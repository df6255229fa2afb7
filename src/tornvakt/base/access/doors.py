"""Decorators that give a view its policy. A view without one fails a test of the house."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from tornvakt.base.access.policy import decide

View = TypeVar("View", bound=Callable[..., Any])


def requires(action: str) -> Callable[[View], View]:
    """Let only those in who may do ``action``; works on plain and on async views.

    Nobody signed in: to the sign-in page, or 401 for a request that a script made. Signed in
    without the right: 403. The view carries the action as ``policy_action``.
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
    if not decide(request.user, action):
        raise PermissionDenied(action)
    return None


def _is_from_script(request: HttpRequest) -> bool:
    accepts = request.headers.get("Accept", "")
    fetched = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return fetched or "text/event-stream" in accepts
