"""How many requests are worked on at the same time; the rest wait their turn, in order.

Fifty operators who reach for the same incident were fifty threads fighting for two cores, and fifty
connections more than a PostgreSQL with its usual hundred has to give: each waited longer than in a
queue, and some were told nothing. What waits here has been read to its end, so nobody who sends
slowly holds a lane; a stream leaves its lane when it begins.

Each lane is a thread that stays, with a database connection of its own while it works. A plain view
runs there with everything before and after it, in one go. Django's own way for an asynchronous
server goes back and forth between the loop and a new thread for each middleware, some twenty times
a request; under load every crossing waits for the interpreter, and that was half of the time.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, set_script_prefix

from tornvakt.project.bodies import TOO_LARGE, BodyTooLarge, Intake
from tornvakt.project.database import WEB_CONNECTIONS

LANES = WEB_CONNECTIONS
UNQUEUED = frozenset({"/halsa/"})
"""What must be answered also when every lane is taken: whether we are alive."""

NOT_UTF_8 = """\
Det som skickades är inte skrivet i UTF-8. Ingenting sparades. Skicka det från sidan själv.

What was sent is not written in UTF-8. Nothing was saved. Send it from the page itself.
"""


class Handler(ASGIHandler):
    """Django's own, with lanes."""

    def __init__(self) -> None:
        super().__init__()
        self._intake = Intake()
        self._turn = asyncio.Semaphore(LANES)
        self._idle = [ThreadPoolExecutor(1, f"lane-{number}") for number in range(LANES)]
        self._plain = BaseHandler()
        self._plain.load_middleware(is_async=False)

    async def handle(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request: in a lane, or in the loop if its view is one for the loop."""
        try:
            async with self._intake.bounded(scope, receive) as bounded:
                if is_for_the_loop(scope["path"]):
                    await super().handle(scope, bounded, send)
                    return
                body = await self.read_body(bounded)
        except RequestAborted:
            return
        except BodyTooLarge:
            headers = {"Connection": "close", "Content-Type": "text/plain; charset=utf-8"}
            await self.send_response(HttpResponse(TOO_LARGE, status=413, headers=headers), send)
            return
        set_script_prefix(get_script_prefix(scope))
        response: HttpResponseBase
        request, refused = self.create_request(scope, body)
        if request is None:
            assert refused is not None  # one of the two
            response = refused
        elif request.path in UNQUEUED:
            response = await sync_to_async(self.answer, thread_sensitive=False)(request)
        else:
            async with self._turn:
                response = await self._in_a_lane(request)
        try:
            await self.send_response(response, send)
        finally:
            body.close()
            if response.streaming:
                await sync_to_async(response.close, thread_sensitive=False)()

    def create_request(
        self, scope: Mapping[str, Any], body_file: Any
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        """As Django's; what is not said to be UTF-8, as every page of ours is, is refused.

        Django takes Python's word for what an encoding is, and ``rot13`` is none for bytes.
        """
        made = super().create_request(scope, body_file)
        if made[0] is None or (made[0].encoding or "utf-8").lower() in ("utf-8", "utf8"):
            return made
        return None, HttpResponseBadRequest(NOT_UTF_8, content_type="text/plain; charset=utf-8")

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the loop, when it is this request's turn."""
        async with self._turn:
            return await super().get_response_async(request)

    async def _in_a_lane(self, request: ASGIRequest) -> HttpResponseBase:
        lane = self._idle.pop()
        try:
            answer = sync_to_async(self.answer, thread_sensitive=False, executor=lane)
            return await answer(request)
        finally:
            self._idle.append(lane)

    def answer(self, request: ASGIRequest) -> HttpResponseBase:
        """Answer a request in this thread, and give its database connection back by closing.

        An answer that is streamed is left for the caller to close, when it has been sent.
        """
        signals.request_started.send(sender=self.__class__, scope=request.scope)
        response = self._plain.get_response(request)
        if not response.streaming:
            response.close()
        return response


@lru_cache(maxsize=1_000)
def is_for_the_loop(path: str) -> bool:
    """Return whether the view at a path is asynchronous, as streams are."""
    try:
        return bool(iscoroutinefunction(resolve(path).func))
    except Resolver404:
        return False
