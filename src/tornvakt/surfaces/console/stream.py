"""``/larm/strom/``: the desk's stream of server-sent events."""

import asyncio

from asgiref.sync import sync_to_async
from django.contrib.auth.signals import user_logged_out
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest, StreamingHttpResponse

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.ui.language import choice
from tornvakt.surfaces.console import feed
from tornvakt.surfaces.console.hub import Desk


@requires("incidents.view")
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Follow the queue. ``seq`` (or Last-Event-ID) says what the page already shows.

    No database connection is held, however long the stream lives; whether the person still may
    listen is asked for all streams at once, now and then, and a sign-out ends them.
    """
    user = request.user
    assert isinstance(user, User)  # the policy lets nobody else in
    hub, reader = feed.running(asyncio.get_running_loop())
    known = request.headers.get("Last-Event-ID") or request.GET.get("seq", "")
    desk = Desk(
        language=choice(request),
        user_id=user.pk,
        call_name=user.call_name,
        session_key=request.session.session_key or "",
    )
    await sync_to_async(connections.close_all)()
    response = StreamingHttpResponse(
        hub.stream(desk, is_current=known == reader.sequence), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@receiver(user_logged_out, dispatch_uid="console.stream")
def _sign_out(request: HttpRequest | None = None, **_: object) -> None:
    if request is not None and request.session.session_key:
        feed.end_session(request.session.session_key)
