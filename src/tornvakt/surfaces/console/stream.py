"""``/larm/strom/``: the desk's stream of server-sent events."""

import asyncio
import time
from importlib import import_module

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.signals import user_logged_out
from django.db import connections
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tornvakt.base.access.doors import requires
from tornvakt.base.access.lock import LOCKED_AT, locked, unlocked, works_while_locked
from tornvakt.base.access.models import User
from tornvakt.base.emergency import tickets
from tornvakt.base.inbox.paths import DataDir
from tornvakt.base.ui.language import choice
from tornvakt.domains.incidents.services import windows as desk_windows
from tornvakt.surfaces.console import cues, feed, windows
from tornvakt.surfaces.console.hub import RESYNC, Desk, encode


@works_while_locked("a locked desk goes on counting and sounding, without details")
@require_safe
@requires("incidents.view")
async def stream(request: HttpRequest) -> HttpResponseBase:
    """Follow the queue. ``seq`` (or Last-Event-ID) says what the page already shows.

    No database connection is held, however long the stream lives; whether the person still may
    listen is asked for all streams at once, now and then, and a sign-out ends them. A session has
    so many streams and no more (`hub.STREAMS_A_SESSION`), and no window without one of them.
    """
    user = request.user
    assert isinstance(user, User)  # the policy lets nobody else in
    hub, reader = feed.running(asyncio.get_running_loop())
    desk_id = windows.clean_id(request.GET.get("bord", ""))
    session_mark = windows.mark_of(request.session.session_key or "")
    known = request.headers.get("Last-Event-ID") or request.GET.get("seq", "")
    desk = Desk(
        language=choice(request),
        user_id=user.pk,
        call_name=user.call_name,
        session_key=request.session.session_key or "",
        is_map=request.GET.get("bord") == "karta",
        window=windows.Window(desk_id, user.pk, session_mark) if desk_id else None,
        is_locked=True,  # until the session has been asked once more: no detail slips through
    )

    async def begin() -> bytes:
        desk.is_locked, cue = await sync_to_async(_now)(desk.session_key)
        if desk.is_locked:
            return encode("cue", cue)
        return b"" if known == reader.sequence else RESYNC

    await sync_to_async(connections.close_all)()
    if not hub.has_place(desk):
        refused = HttpResponse(
            _("Too many windows are open in this session. Close some of them."),
            status=429,
            content_type="text/plain; charset=utf-8",
        )
        refused["Retry-After"] = "30"
        return refused
    response = StreamingHttpResponse(hub.stream(desk, begin), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


def _now(session_key: str) -> tuple[bool, dict[str, object]]:
    """Whether the session is locked at this moment, and if so what waits.

    The request read its session before the desk was among those that are told. A lock in between
    would have ended no stream.
    """
    try:
        store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
        is_locked_now = LOCKED_AT in store
        return is_locked_now, cues.body() if is_locked_now else {}
    finally:
        connections.close_all()


@receiver(user_logged_out, dispatch_uid="console.stream")
def _sign_out(request: HttpRequest | None = None, **_: object) -> None:
    if request is not None and request.session.session_key:
        feed.end_session(request.session.session_key)
        mark = windows.mark_of(request.session.session_key)
        desk_windows.end_windows(session_mark=mark, now=timezone.now())
        tickets.end(DataDir(settings.DATA), session=mark, now=time.time())


@receiver([locked, unlocked], dispatch_uid="console.stream.lock")
def _lock(signal: object, session_key: str = "", **_: object) -> None:
    """End the session's streams: each page asks at once, and learns what it may show now."""
    if session_key:
        tickets.note_lock(
            DataDir(settings.DATA),
            session=windows.mark_of(session_key),
            is_locked=signal is locked,
            now=time.time(),
        )
        feed.end_session(session_key)
