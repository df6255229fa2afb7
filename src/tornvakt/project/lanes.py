"""How many requests are worked on at the same time; the rest wait their turn, in order.

Fifty operators who reach for the same incident were fifty threads fighting for two cores, and fifty
connections more than a PostgreSQL with its usual hundred has to give: each waited longer than in a
queue, and some were told nothing. What waits here has been read to its end, so nobody who sends
slowly holds a lane; a stream leaves its lane when it begins.

Each lane is a thread that stays, with a database connection of its own while it works. A plain view
runs there with everything before and after it, in one go. Django's own way for an asynchronous
server goes back and forth between the loop and a new thread for each middleware, some twenty times
a request; under load every crossing waits for the interpreter, and that was half of the time.

Python lets one thread work at a time, so ``pace`` lets one begin when the one before it is done or
has proved slow; and what may be answered without this process's memory goes to ``aides``, on other
cores.
"""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum, auto
from functools import lru_cache, partial
from io import BytesIO
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, set_script_prefix

from tornvakt.base.access import signs
from tornvakt.project.aides import LARGEST, Aides, Answer, Gone
from tornvakt.project.bodies import TOO_LARGE, BodyTooLarge, Intake
from tornvakt.project.database import WEB_CONNECTIONS
from tornvakt.project.pace import Pace

LANES = WEB_CONNECTIONS
BRISK = 1
"""How many that have just begun are worked on side by side."""
SLOW_S = 0.02
"""After so long the next may begin beside it."""
UNQUEUED = frozenset({"/halsa/"})
"""What must be answered also when every lane is taken: whether we are alive."""

NOT_UTF_8 = """\
Det som skickades är inte skrivet i UTF-8. Ingenting sparades. Skicka det från sidan själv.

What was sent is not written in UTF-8. Nothing was saved. Send it from the page itself.
"""

NO_ANSWER = """\
Svaret kom aldrig. Det du gjorde kan ha blivit sparat eller inte. Läs om sidan och se efter.

The answer never came. What you did may have been saved or not. Load the page again and look.
"""


class Handler(ASGIHandler):
    """Django's own, with lanes."""

    def __init__(self) -> None:
        super().__init__()
        self.aides = Aides()
        """Other processes that may answer; the one that serves makes them."""
        self._intake = Intake()
        self._pace = Pace(lanes=LANES, brisk=BRISK, slow_s=SLOW_S)
        self._idle = [ThreadPoolExecutor(1, f"lane-{number}") for number in range(LANES)]
        self._plain = BaseHandler()
        self._plain.load_middleware(is_async=False)

    async def handle(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer one request: in a lane, or in the loop if its view is one for the loop."""
        try:
            way = way_to(scope["path"])
            async with self._intake.bounded(scope, receive) as bounded:
                if way is Way.LOOP:
                    await super().handle(scope, bounded, send)
                    return
                body = await self.read_body(bounded)
        except RequestAborted:
            return
        except BodyTooLarge:
            refusal = _plain(TOO_LARGE, 413)
            refusal["Connection"] = "close"
            await self.send_response(refusal, send)
            return
        if way is Way.AIDE and self.aides and await self._by_aide(scope, body, send):
            body.close()
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
            async with self._pace.one():
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
        return None, _plain(NOT_UTF_8, 400)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the loop, when it is this request's turn."""
        async with self._pace.one():
            return await super().get_response_async(request)

    async def _by_aide(self, scope: dict[str, Any], body: Any, send: Any) -> bool:
        """Answer in another process; False when none is free, and nothing has been done."""
        text = body.read(LARGEST + 1)
        body.seek(0)
        try:
            answer = await self.aides.ask(scope, text)
        except Gone:
            await self.send_response(_plain(NO_ANSWER, 503), send)
            return True
        if answer is None:
            return False
        status, headers, content = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})
        return True

    def by_aide(self, scope: dict[str, Any], body: bytes) -> Answer:
        """Answer a request that another process has read; what that process is asked to do."""
        return copy_context().run(self._by_this_aide, scope, body)

    def _by_this_aide(self, scope: dict[str, Any], body: bytes) -> Answer:
        set_script_prefix(get_script_prefix(scope))
        request, refused = self.create_request(scope, BytesIO(body))
        response = refused if request is None else self.answer(request)
        assert isinstance(response, HttpResponse)  # a view that streams is not handed over
        headers = [
            (name.encode("ascii"), value.encode("latin1")) for name, value in response.items()
        ]
        headers += [
            (b"Set-Cookie", each.output(header="").strip().encode("ascii"))
            for each in response.cookies.values()
        ]
        return Answer(response.status_code, headers, response.content)

    async def _in_a_lane(self, request: ASGIRequest) -> HttpResponseBase:
        lane = self._idle.pop()
        try:
            # In a copy of the context, as `sync_to_async` does: what a request sets, such as its
            # language, is not there for the next one in the same thread.
            work = partial(copy_context().run, self.answer, request)
            return await asyncio.get_running_loop().run_in_executor(lane, work)
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


def _plain(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


class Way(Enum):
    """Where a request is answered."""

    LOOP = auto()
    LANE = auto()
    AIDE = auto()


@lru_cache(maxsize=1_000)
def way_to(path: str) -> Way:
    """Return where the view at a path is answered: streams in the loop, which never waits."""
    try:
        view = resolve(path).func
    except Resolver404:
        return Way.LANE
    if iscoroutinefunction(view):
        return Way.LOOP
    return Way.AIDE if signs.sign_of(view).is_apart else Way.LANE
