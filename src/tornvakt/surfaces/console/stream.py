"""``/larm/strom/``: the desk's stream of server-sent events."""

import asyncio

from asgiref.sync import sync_to_async
from django.contrib.auth.signals import user_logged_out
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest, StreamingHttpResponse

from tornvakt.base.access.doors import requires
from tornvakt.base.access.lock import is_locked, locked, unlocked, works_while_locked
from tornvakt.base.access.models import User
from tornvakt.base.ui.language import choice
from tornvakt.surfaces.console import cues, feed
from tornvakt.surfaces.console.hub import RESYNC, Desk, encode


@works_while_locked("a locked desk goes on counting and sounding, without details")
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
        is_locked=is_locked(request),
    )
    first = encode("cue", await sync_to_async(cues.body)()) if desk.is_locked else RESYNC
    await sync_to_async(connections.close_all)()
    is_current = known == reader.sequence and not desk.is_locked
    response = StreamingHttpResponse(
        hub.stream(desk, is_current=is_current, first=first), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


@receiver(user_logged_out, dispatch_uid="console.stream")
def _sign_out(request: HttpRequest | None = None, **_: object) -> None:
    if request is not None and request.session.session_key:
        feed.end_session(request.session.session_key)


@receiver([locked, unlocked], dispatch_uid="console.stream.lock")
def _lock(session_key: str = "", **_: object) -> None:
    """End the session's streams: each page asks at once, and learns what it may show now."""
    if session_key:
        feed.end_session(session_key)
