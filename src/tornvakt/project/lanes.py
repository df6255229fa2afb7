"""How many requests are worked on at the same time; the rest wait their turn, in order.

Each request runs in a thread of its own with a database connection of its own. Fifty operators who
reach for the same incident were fifty threads fighting for two cores, and fifty connections more
than a PostgreSQL with its usual hundred has to give: each waited longer than in a queue, and some
were told nothing. What waits here has been read to its end, so nobody who sends slowly holds a
lane; a stream leaves its lane when it begins.
"""

import asyncio

from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tornvakt.project.database import WEB_CONNECTIONS

LANES = WEB_CONNECTIONS
UNQUEUED = frozenset({"/halsa/"})
"""What must be answered also when every lane is taken: whether we are alive."""


class Handler(ASGIHandler):
    """Django's own, with lanes. Its ``get_response_async`` is called when the body is here."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = asyncio.Semaphore(LANES)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer when it is this request's turn."""
        if request.path in UNQUEUED:
            return await super().get_response_async(request)
        async with self._turn:
            return await super().get_response_async(request)
