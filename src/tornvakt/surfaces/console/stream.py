"""``/larm/strom/``: the desk's stream of server-sent events."""

import asyncio

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

from tornvakt.base.access.doors import requires
from tornvakt.base.access.models import User
from tornvakt.base.ui.language import choice
from tornvakt.surfaces.console import feed
from tornvakt.surfaces.console.hub import Desk


@requires("incidents.view")
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """Follow the queue. ``seq`` (or Last-Event-ID) says what the page already shows.

    The person is looked up once; after that no database connection is held, however long the
    stream lives.
    """
    user = request.user
    assert isinstance(user, User)  # the policy lets nobody else in
    hub, reader = feed.running(asyncio.get_running_loop())
    known = request.headers.get("Last-Event-ID") or request.GET.get("seq", "")
    desk = Desk(language=choice(request), user_id=user.pk, call_name=user.call_name)
    await sync_to_async(connections.close_all)()
    response = StreamingHttpResponse(
        hub.stream(desk, is_current=known == reader.sequence), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
